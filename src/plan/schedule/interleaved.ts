/**
 * 1F1B with several model chunks a stage (Narayanan et al. 2021, arXiv 2104.04473, section 2.2.2), in the order of
 * Megatron-LM's forward_backward_pipelining_with_interleaving: micro-batches go in groups of as many as there are
 * stages, a group through all chunks before the next; stage r warms up with 2 (stages - r - 1) + (chunks - 1) stages
 * forward passes.
 */
import { Pass, PassList, type ScheduleShape, type StageSchedule } from "./passes.js";

/** `microBatches` must be a multiple of `stages`. */
export function interleavedOneForwardOneBackward(shape: ScheduleShape, stage: number): StageSchedule {
	const { stages, chunks, microBatches } = shape;
	const total = microBatches * chunks;
	const warmup = Math.min(2 * (stages - stage - 1) + (chunks - 1) * stages, total);
	const passes = new PassList();
	const group = stages * chunks;
	const chunkOf = (k: number): number => Math.floor((k % group) / stages);
	const microBatchOf = (k: number): number => Math.floor(k / group) * stages + (k % stages);
	const forward = (k: number): void => passes.add(Pass.forward, microBatchOf(k), chunkOf(k));
	const backward = (k: number): void => passes.add(Pass.backward, microBatchOf(k), chunks - 1 - chunkOf(k));
	for (let k = 0; k < warmup; k++) forward(k);
	for (let k = warmup; k < total; k++) {
		forward(k);
		backward(k - warmup);
	}
	for (let k = total - warmup; k < total; k++) backward(k);
	return passes.finish(warmup);
}
