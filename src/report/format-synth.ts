/** What was synthesised, for people. */
import { formatBytes, formatCount, formatMs } from "../lib/format.js";
import { plural, section, wrap } from "./format-parts.js";
import { createStyle, type Look } from "./style.js";
import type { SynthResult } from "./synth-result.js";
import { formatTable } from "./table.js";

export function formatSynth(result: SynthResult, look: Look): string {
	const style = createStyle(look);
	const { source, config, timing } = result;
	const { tensorParallel, pipelineParallel, dataParallel, layers, hidden, microBatches, schedule } = config;
	const steps = formatTable(
		[
			{ title: "step", align: "right" },
			{ title: "iteration", align: "right" },
			{ title: "slowest rank", align: "right" },
		],
		result.steps.map(({ step, iterationMs, slowestRank }) => [`${step}`, formatMs(iterationMs), `${slowestRank}`]),
		{ heading: style.dim, width: style.width },
	);
	const written = source.ranks === source.worldSize ? "" : ` of ${formatCount(source.worldSize)}`;
	const times = (["program", "execute", "write", "total"] as const).map((name) => {
		const ms = timing[`${name}Ms`];
		return `${name} ${ms < 1000 ? `${Math.round(ms)} ms` : formatMs(ms)}`;
	});
	const rest = [`peak ${timing.peakRssMb.toFixed(0)} MB`, plural(timing.workers, "worker")];
	return [
		`${style.heading("Synthesised")}  ${result.path}  ${plural(source.ranks, "rank")}${written}, ${plural(source.events, "event")}`,
		`             TP ${tensorParallel} x PP ${pipelineParallel} x DP ${dataParallel}, ${plural(layers, "layer")} of ${formatCount(hidden)}, ${plural(microBatches, "micro-batch", "micro-batches")}, ${schedule}`,
		`             ${formatBytes(source.bytes)} of JSON, ${formatBytes(source.compressedBytes)} compressed`,
		...section("True step times", steps, style),
		"",
		...wrap([...times, ...rest], style.width).map(style.dim),
		"",
	].join("\n");
}
