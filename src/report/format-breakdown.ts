/** The four parts of a step as two bars, measured above replayed, with a legend that gives the numbers. */
import { formatMs, formatShare } from "../lib/format.js";
import { type BarPart, formatBar } from "./bar.js";
import type { ReplayStep } from "./replay-result.js";
import type { Style } from "./style.js";
import { formatTable } from "./table.js";

type Breakdown = ReplayStep["measured"];

const PARTS = [
	{ part: "exposedComputeMs", name: "exposed compute", block: "\u2588", plain: "#", colour: "green" },
	{ part: "overlappedMs", name: "overlapped", block: "\u2593", plain: "%", colour: "cyan" },
	{ part: "exposedCommMs", name: "exposed communication", block: "\u2592", plain: "=", colour: "yellow" },
	{ part: "otherMs", name: "other (device idle)", block: "\u2591", plain: ".", colour: "gray" },
] as const;

export function formatBreakdown(measured: Breakdown, replayed: Breakdown, style: Style): string[] {
	const fillOf = (part: (typeof PARTS)[number]): string => (style.unicode ? part.block : part.plain);
	const bar = (breakdown: Breakdown): string =>
		formatBar(
			PARTS.map((part): BarPart => {
				const paint = (text: string): string => style.paint(part.colour, text);
				return { value: breakdown[part.part], fill: fillOf(part), paint };
			}),
			style.width - 12,
		);
	const total = (breakdown: Breakdown): number => PARTS.reduce((sum, { part }) => sum + breakdown[part], 0);
	const cells = (breakdown: Breakdown, ms: number): string[] => {
		const all = total(breakdown);
		return ms > 0 ? [formatMs(ms), formatShare(ms / all)] : ["-", ""];
	};
	const rows = PARTS.map((part) => [
		`${style.paint(part.colour, fillOf(part))} ${part.name}`,
		...cells(measured, measured[part.part]),
		...cells(replayed, replayed[part.part]),
	]);
	const right = "right" as const;
	const columns = [
		{ title: "" },
		{ title: "measured", align: right },
		{ title: "", align: right },
		{ title: "replayed", align: right },
		{ title: "", align: right },
	];
	return [
		`  measured  ${bar(measured)}`,
		`  replayed  ${bar(replayed)}`,
		...formatTable(columns, rows, { heading: style.dim, width: style.width }),
	];
}
