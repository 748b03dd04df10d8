/** The CPU waits for the device. */
import { EdgeKind, TaskKind } from "../../graph/graph.js";
import type { Emitter } from "./emitter.js";
import { COMPUTE, MAIN } from "./lanes.js";

/** For all that the compute stream has to do by now, and for other streams that are named. */
export function synchronize(e: Emitter, ...lanes: readonly number[]): void {
	const name = e.text("cudaStreamSynchronize");
	const call = e.builder.task(TaskKind.syncCall, MAIN, name, 0, Math.round(e.cost.cpuOpNs));
	e.builder.afterLane(MAIN, EdgeKind.intraThread);
	e.builder.task(TaskKind.syncReturn, MAIN, name, 0, 0);
	e.builder.after(call, EdgeKind.intraThread);
	for (const lane of [COMPUTE, ...lanes]) e.builder.afterLane(lane, EdgeKind.sync);
}
