/** `lumos replay`: simulate what was recorded, and say how far the simulation is from it. */
import { simulate } from "../engine/index.js";
import { typicalTiming } from "../graph/typical.js";
import { UserError } from "../lib/errors.js";
import { assembleReplay } from "../report/assemble-replay.js";
import { formatReplay } from "../report/format-replay.js";
import { writePerfetto } from "../report/perfetto/write.js";
import { listTraces } from "../trace/index.js";
import { loadGraph } from "./load.js";
import { releaseStage } from "./memory.js";
import type { ReadFlags } from "./options.js";
import { checkOutput, writeOutput } from "./output-file.js";
import { computing } from "./signals.js";
import { peakRssMb, print, stdoutLook } from "./terminal.js";

interface ReplayFlags extends ReadFlags {
	readonly step?: number | "all";
	readonly durations: "recorded" | "typical";
	readonly perfetto?: string;
	readonly compare?: boolean;
}

export async function replay(paths: string[], flags: ReplayFlags): Promise<void> {
	const started = performance.now();
	if (flags.compare && flags.perfetto === undefined)
		throw new UserError("--compare changes what --perfetto writes; give --perfetto FILE too");
	const output = flags.perfetto === undefined ? undefined : checkOutput(flags.perfetto, await listTraces(paths));
	const { graph, source, warnings, workers, ingestMs, graphMs, keep } = await loadGraph(paths, flags);
	releaseStage(source.events);
	const { times, result } = await computing(() => {
		const simulateStarted = performance.now();
		const times = simulate(graph, flags.durations === "typical" ? typicalTiming(graph) : {});
		const simulateMs = performance.now() - simulateStarted;
		releaseStage(source.events);
		const parts = { graph, times, source, warnings: [...warnings] };
		const timing = { ingestMs, graphMs, simulateMs, totalMs: 0, peakRssMb: 0, workers };
		return { times, result: assembleReplay({ ...parts, timing, step: flags.step === "all" ? undefined : flags.step }) };
	});
	if (output !== undefined) {
		const options = { compare: flags.compare === true, worldSize: source.worldSize };
		await writeOutput(output, (path) => writePerfetto(path, graph, times, options));
	}
	const timing = { ...result.timing, totalMs: performance.now() - started, peakRssMb: peakRssMb() };
	if (flags.json) {
		await print(JSON.stringify({ ...result, timing }));
		return keep();
	}
	const extras = {
		deviceName: graph.ranks[0]?.deviceName ?? "",
		...(flags.perfetto === undefined ? {} : { perfettoPath: flags.perfetto }),
	};
	await print(formatReplay({ ...result, timing }, extras, stdoutLook()));
	keep();
}
