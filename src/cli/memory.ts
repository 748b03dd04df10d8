/**
 * Frees what a finished stage left behind before the next one allocates. V8 counts memory outside its own heap only
 * loosely, so that the columns of a trace, the drafts of its graph and the engine's arena would otherwise all be
 * resident at the peak, although each is done with when the next begins.
 */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { releaseKernels } from "../engine/index.js";
import { releaseScanners } from "../trace/index.js";

/** Below this a collection costs more than it frees. */
const WORTH_EVENTS = 50_000;

export function releaseStage(events: number): void {
	releaseScanners();
	releaseKernels();
	if (events < WORTH_EVENTS) return;
	setFlagsFromString("--expose-gc");
	const collect = runInNewContext("gc") as () => void;
	// Array buffers are swept beside the program; the second collection waits for the sweep of the first.
	collect();
	collect();
}
