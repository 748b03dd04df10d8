/** Fitted parameters, for people. */
import type { FitSummary } from "./fit-result.js";
import { plural, wrapWords } from "./format-parts.js";
import type { Style } from "./style.js";
import { formatTable } from "./table.js";

/** Four significant digits: more would pretend to know more. */
function short(value: number): string {
	return String(Number(value.toPrecision(4)));
}

export function fitLines({ fitted, refused, kinds }: FitSummary, style: Style): string[] {
	const right = "right" as const;
	const columns = [
		{ title: "fitted" },
		{ title: "value", align: right },
		{ title: "90 % interval", align: right },
		{ title: "start", align: right },
		{ title: "" },
	];
	const rows = fitted.map(({ name, value, low, high, before, atBound }) => [
		name,
		short(value),
		`${short(low)} to ${short(high)}`,
		short(before),
		atBound ? style.warn("at its bound") : "",
	]);
	return [
		...kinds.map(
			({ kind, count, beforePct, afterPct }) =>
				`  ${plural(count, `${kind} measurement`)}: mean |error| ${afterPct.toFixed(1)} %, before ${beforePct.toFixed(1)} %`,
		),
		`  ${plural(fitted.length, "parameter")} fitted, ${refused.length} not`,
		...(rows.length > 0 ? formatTable(columns, rows, { heading: style.dim, width: style.width }) : []),
		...refused.flatMap(({ name, value, reason }) =>
			wrapWords(`${name} stays ${short(value)}: ${reason}`, style.width).map(style.dim),
		),
	];
}
