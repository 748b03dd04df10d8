/** Room for the columns of one rank's block. */
import { Slab } from "../../lib/slab.js";
import type { BlockColumns, BlockCounts } from "./block.js";

/** @param shared in a SharedArrayBuffer, which other threads can be given. */
export function blockColumns({ tasks, edges, waits }: BlockCounts, shared: boolean): BlockColumns {
	const perTask = 2 * Slab.room(8 * tasks) + 3 * Slab.room(4 * tasks) + Slab.room(tasks) + Slab.room(4 * (tasks + 1));
	const perEdge = Slab.room(8 * edges) + Slab.room(4 * edges) + 2 * Slab.room(edges);
	const perWait = Slab.room(8 * waits) + 3 * Slab.room(4 * waits) + Slab.room(waits);
	const slab = new Slab(perTask + perEdge + perWait, shared);
	return {
		startNs: slab.f64(tasks),
		endNs: slab.f64(tasks),
		delayNs: slab.f64(edges),
		waitDelayNs: slab.f64(waits),
		processor: slab.u32(tasks),
		name: slab.u32(tasks),
		shape: slab.u32(tasks),
		predOffset: slab.u32(tasks + 1),
		pred: slab.u32(edges),
		waitTask: slab.u32(waits),
		waitStream: slab.u32(waits),
		waitTarget: slab.u32(waits),
		kind: slab.u8(tasks),
		edgeKind: slab.u8(edges),
		confidence: slab.u8(edges),
		waitConfidence: slab.u8(waits),
	};
}
