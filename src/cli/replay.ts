/** `lumos replay`: simulate what was recorded, and say how far the simulation is from it. */
import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { type Command, Option } from "commander";
import { collectiveTotals } from "../analysis/index.js";
import { simulate } from "../engine/index.js";
import { typicalTiming } from "../graph/typical.js";
import { assembleReplay } from "../report/assemble-replay.js";
import { formatReplay } from "../report/format-replay.js";
import { writePerfetto } from "../report/perfetto/write.js";
import { loadGraph } from "./load.js";
import { parseStep, type ReadFlags, withReadFlags } from "./options.js";
import { peakRssMb, print, stdoutLook } from "./terminal.js";

interface ReplayFlags extends ReadFlags {
	readonly step?: number;
	readonly durations: "recorded" | "typical";
	readonly perfetto?: string;
	readonly compare?: boolean;
}

export function addReplay(program: Command): void {
	withReadFlags(program.command("replay").description("simulate a recorded run and compare it with the recording"))
		.addOption(new Option("--step <n>", "report only this step: the N of ProfilerStep#N, or all").argParser(parseStep))
		.addOption(
			new Option("--durations <which>", "recorded, or typical: every task takes the mean of its kind")
				.choices(["recorded", "typical"])
				.default("recorded"),
		)
		.option("--perfetto <file>", "write the replayed timeline as a .json.gz trace")
		.option("--compare", "with --perfetto: measured tracks beside the replayed ones")
		.addHelpText("after", "\nExample:\n  $ lumos replay traces/ --perfetto replay.json.gz --compare")
		.action(replay);
}

async function replay(paths: string[], flags: ReplayFlags): Promise<void> {
	const started = performance.now();
	const { graph, source, warnings, ingestMs, graphMs } = await loadGraph(paths, flags);
	const simulateStarted = performance.now();
	const times = simulate(graph, flags.durations === "typical" ? typicalTiming(graph) : {});
	const simulateMs = performance.now() - simulateStarted;
	if (flags.perfetto !== undefined) {
		mkdirSync(dirname(flags.perfetto), { recursive: true });
		await writePerfetto(flags.perfetto, graph, times, {
			compare: flags.compare === true,
			worldSize: source.worldSize,
		});
	}
	const parts = { graph, times, source, collectives: collectiveTotals(graph, times), warnings: [...warnings] };
	const timing = { ingestMs, graphMs, simulateMs, totalMs: 0, peakRssMb: 0, workers: 1 };
	const result = assembleReplay({ ...parts, timing, step: flags.step });
	timing.totalMs = performance.now() - started;
	timing.peakRssMb = peakRssMb();
	if (flags.json) return print(JSON.stringify({ ...result, timing }));
	const extras = {
		deviceName: graph.ranks[0]?.deviceName ?? "",
		...(flags.perfetto === undefined ? {} : { perfettoPath: flags.perfetto }),
	};
	await print(formatReplay({ ...result, timing }, extras, stdoutLook()));
}
