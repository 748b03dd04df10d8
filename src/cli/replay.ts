/** `lumos replay`: simulate what was recorded, and say how far the simulation is from it. */
import { type SimulateOptions, simulate } from "../engine/index.js";
import { recordedTiming, typicalTiming } from "../graph/typical.js";
import { UserError } from "../lib/errors.js";
import { assembleReplay } from "../report/assemble-replay.js";
import { describeWhatIf } from "../report/describe-what-if.js";
import { formatReplay } from "../report/format-replay.js";
import { writePerfetto } from "../report/perfetto/write.js";
import { changeRanks } from "../rewrite/change-ranks.js";
import { listTraces } from "../trace/index.js";
import { type ChangeFlags, changesOf } from "./changes.js";
import { loadGraph } from "./load.js";
import { releaseStage } from "./memory.js";
import type { ReadFlags } from "./options.js";
import { checkOutput, writeOutput } from "./output-file.js";
import { computing } from "./signals.js";
import { peakRssMb, print, stdoutLook } from "./terminal.js";

interface ReplayFlags extends ReadFlags, ChangeFlags {
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
		let simulateMs = 0;
		const run = (timing: SimulateOptions) => {
			const simulateStarted = performance.now();
			const times = simulate(graph, timing);
			simulateMs += performance.now() - simulateStarted;
			releaseStage(source.events);
			const zero = { ingestMs, graphMs, simulateMs, totalMs: 0, peakRssMb: 0, workers };
			const step = flags.step === "all" ? undefined : flags.step;
			return { times, result: assembleReplay({ graph, times, source, warnings: [...warnings], timing: zero, step }) };
		};
		const timing = flags.durations === "typical" ? typicalTiming(graph) : recordedTiming(graph);
		const changes = changesOf(flags);
		if (changes.length === 0) return run(timing);
		const changed = changeRanks(graph, timing, changes);
		const before = run(timing).result;
		const { times, result } = run(changed);
		return { times, result: { ...result, whatIf: describeWhatIf(changes, before, result) } };
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
