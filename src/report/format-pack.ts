/** What was packed, for people. */
import { formatBytes, formatCount } from "../lib/format.js";
import { plural, timingLines, warningLines } from "./format-parts.js";
import type { PackResult } from "./pack-result.js";
import { createStyle, type Look } from "./style.js";

export function formatPack(result: PackResult, look: Look): string {
	const style = createStyle(look);
	const { source, graph, timing } = result;
	const share = source.bytes > 0 ? ` (${formatBytes(source.bytes)} of traces)` : "";
	return [
		`${style.heading("Packed")}  ${result.path}  ${formatBytes(result.bytes)}${share}`,
		`        ${plural(source.ranks, "rank")}, ${plural(graph.steps, "step")}, ${formatCount(graph.tasks)} tasks, ${formatCount(graph.edges)} dependencies`,
		...warningLines(result.warnings, style),
		"",
		...timingLines(
			timing,
			[
				["graph", timing.graphMs],
				["write", timing.writeMs],
			],
			style,
		),
		"",
	].join("\n");
}
