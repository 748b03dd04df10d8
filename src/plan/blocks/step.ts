/** Where a step begins and ends: markers on the main thread, the last after all that the rank does. */
import { EdgeKind, TaskKind } from "../../graph/graph.js";
import type { Emitter } from "./emitter.js";
import { COMPUTE, LANES, MAIN } from "./lanes.js";
import { synchronize } from "./synchronize.js";

export function stepBegin(e: Emitter): void {
	e.builder.task(TaskKind.marker, MAIN, e.text("step begins"), 0, 0);
	e.builder.afterLane(MAIN, EdgeKind.intraThread);
}

/** The step ends when the device has nothing left to do. */
export function stepEnd(e: Emitter): void {
	synchronize(e, ...LANES.flatMap(({ kind }, lane) => (kind === "stream" && lane !== COMPUTE ? [lane] : [])));
	e.builder.task(TaskKind.marker, MAIN, e.text("step ends"), 0, 0);
	e.builder.afterLane(MAIN, EdgeKind.intraThread);
}
