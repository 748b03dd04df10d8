/** What communication takes: on the wire, and waiting for other ranks before. */
import { formatBytes, formatCount, formatMs } from "../lib/format.js";
import { ellipsis } from "./format-parts.js";
import { ranksOfGroup } from "./group-text.js";
import { shortenName } from "./names.js";
import type { ReplayResult } from "./replay-result.js";
import type { Style } from "./style.js";
import { type Column, formatTable } from "./table.js";

const MAX_ROWS = 6;
/** Pages on which the table does without some columns. */
const NARROW = 90;
const NAME_WIDTH = 36;
const NARROW_NAME_WIDTH = 18;

/** One operation, the groups of a size together. */
interface OperationSum {
	readonly name: string;
	readonly bytes: number;
	readonly members: string;
	groups: number;
	count: number;
	wireMs: number;
	waitMs: number;
}

/** Of each operation what a rank spends on it, in the mean over all ranks. */
export function communicationLines({ collectives, source }: ReplayResult, style: Style): string[] {
	const sums = sumUp(collectives);
	const narrow = style.width < NARROW;
	const rows = sums
		.slice(0, MAX_ROWS)
		.map((sum) => [
			shortenName(sum.name, narrow ? NARROW_NAME_WIDTH : NAME_WIDTH, ellipsis(style)),
			sum.bytes > 0 ? formatBytes(sum.bytes) : "-",
			sum.members,
			...(narrow ? [] : [formatCount(sum.groups), formatCount(sum.count)]),
			formatMs(sum.wireMs / source.ranks),
			formatMs(sum.waitMs / source.ranks),
		]);
	const right = "right" as const;
	const columns: Column[] = [
		{ title: "a rank, in the mean" },
		{ title: "size", align: right },
		{ title: "members", align: right },
		...(narrow
			? []
			: [
					{ title: "groups", align: right },
					{ title: "kernels", align: right },
				]),
		{ title: "wire", align: right },
		{ title: "waiting", align: right },
	];
	const lines = formatTable(columns, rows, { heading: style.dim, width: style.width });
	const left = sums.length - rows.length;
	if (left > 0)
		lines.push(style.dim(`  ${ellipsis(style)} and ${formatCount(left)} more; --json lists all by group and rank`));
	return lines;
}

/** The operation that takes most first. */
function sumUp(collectives: ReplayResult["collectives"]): OperationSum[] {
	const sums = new Map<string, OperationSum>();
	for (const { group, name, bytes, count, wireMs, waitMs } of collectives) {
		const members = String(ranksOfGroup(group)?.length ?? "-");
		const key = `${name}|${bytes}|${members}`;
		const sum = sums.get(key) ?? { name, bytes, members, groups: 0, count: 0, wireMs: 0, waitMs: 0 };
		sums.set(key, sum);
		sum.groups++;
		sum.count += count;
		sum.wireMs += wireMs;
		sum.waitMs += waitMs;
	}
	return [...sums.values()].sort((a, b) => b.wireMs + b.waitMs - (a.wireMs + a.waitMs));
}
