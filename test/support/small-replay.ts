import { assembleReplay } from "../../src/report/assemble-replay.js";
import type { ReplayResult } from "../../src/report/replay-result.js";
import { timesAsMeasured } from "./hand-times.js";
import { oneStepGraph } from "./small-graph.js";

/** The result for the graph of one step, replayed exactly as it was measured. */
export function smallReplay(step?: number): ReplayResult {
	const graph = oneStepGraph();
	return assembleReplay({
		graph,
		times: timesAsMeasured(graph, [7]),
		source: { files: 1, ranks: 1, worldSize: 2, events: 27_012, bytes: 61_234_567, compressedBytes: 2_000_000 },
		warnings: [{ code: "truncated", message: "rank0.json ends at byte 1234", count: 1 }],
		timing: {
			ingestMs: 210,
			graphMs: 31,
			simulateMs: 3.2,
			totalMs: 260,
			peakRssMb: 182,
			workers: 1,
		},
		step,
	});
}
