/** A replay with changes against the one without. */
import { formatMs, formatSignedPct } from "../lib/format.js";
import { plural, wrap } from "./format-parts.js";
import type { WhatIf } from "./replay-result.js";
import type { Style } from "./style.js";
import { type Column, formatTable } from "./table.js";

const MAX_RANKS = 8;
const right = "right" as const;

export function whatIfLines({ changes, iteration, ranks }: WhatIf, style: Style): string[] {
	const which = iteration.step === "all" ? "whole trace" : `step ${iteration.step}`;
	const times = [
		`Iteration (${which}): as recorded ${formatMs(iteration.beforeMs)}`,
		`changed ${style.heading(formatMs(iteration.afterMs))}`,
		formatSignedPct(iteration.changePct),
	];
	// Those that were changed, then those for which it changes most.
	const isChanged = (rank: number): number => (changes.some((change) => change.rank === rank) ? 1 : 0);
	const shown = [...ranks]
		.sort((a, b) => isChanged(b.rank) - isChanged(a.rank) || moved(b) - moved(a) || a.rank - b.rank)
		.slice(0, MAX_RANKS);
	const cells = shown.map(({ rank, before, after }) => [
		String(rank),
		formatMs(before.stepsMs),
		formatMs(after.stepsMs),
		formatMs(before.waitMs + before.pointToPointWaitMs),
		formatMs(after.waitMs + after.pointToPointWaitMs),
	]);
	const columns: Column[] = [
		{ title: "rank", align: right },
		{ title: "steps", align: right },
		{ title: "changed", align: right },
		{ title: "waits for others", align: right },
		{ title: "changed", align: right },
	];
	const left = ranks.length - shown.length;
	return [
		...wrap(changes.map(changeText), style.width - 2).map((line) => `  ${line}`),
		...wrap(times, style.width - 2).map((line) => `  ${line}`),
		...formatTable(columns, cells, { heading: style.dim, width: style.width }),
		...(left > 0 ? [style.dim(`  ${plural(left, "rank")} more; --json lists all`)] : []),
	];
}

function moved({ before, after }: WhatIf["ranks"][number]): number {
	const waited = (sums: typeof before): number => sums.waitMs + sums.pointToPointWaitMs;
	return Math.abs(waited(after) - waited(before)) + Math.abs(after.stepsMs - before.stepsMs);
}

function changeText(change: WhatIf["changes"][number]): string {
	if (change.change === "heal")
		return change.rank === "all"
			? "every rank takes what its peers take"
			: `rank ${change.rank} takes what its peers take`;
	const what = change.change === "slow" ? "kernels" : "CPU time";
	return `${what} of rank ${change.rank} ${change.change === "slow" ? "take" : "takes"} ${change.factor} times as long`;
}
