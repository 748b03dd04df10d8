/** Where a step begins and ends: markers on the main thread, the last after all that the rank does. */
import { EdgeKind, TaskKind } from "../../graph/graph.js";
import type { Emitter } from "./emitter.js";
import { LANES, MAIN } from "./lanes.js";

export function stepBegin(e: Emitter): void {
	e.builder.task(TaskKind.marker, MAIN, e.text("step begins"), 0, 0);
	e.builder.afterLane(MAIN, EdgeKind.intraThread);
}

/** The step ends when the device has nothing left to do. */
export function stepEnd(e: Emitter): void {
	const name = e.text("cudaDeviceSynchronize");
	const call = e.builder.task(TaskKind.syncCall, MAIN, name, 0, Math.round(e.cost.cpuOpNs));
	e.builder.afterLane(MAIN, EdgeKind.intraThread);
	e.builder.task(TaskKind.syncReturn, MAIN, name, 0, 0);
	e.builder.after(call, EdgeKind.intraThread);
	LANES.forEach(({ kind }, lane) => {
		if (kind === "stream") e.builder.afterLane(lane, EdgeKind.sync);
	});
	e.builder.task(TaskKind.marker, MAIN, e.text("step ends"), 0, 0);
	e.builder.afterLane(MAIN, EdgeKind.intraThread);
}
