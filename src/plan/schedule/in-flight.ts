/** How much a stage keeps for its backward passes: what its activation memory follows from. */
import { Pass, type StageSchedule } from "./passes.js";

/**
 * The most that (micro-batch, chunk) pairs under way keep at once: from their forward pass to the end of the last pass
 * that needs their activations (the backward pass, or the weight pass where there is one).
 * @param ofChunk what one micro-batch keeps on each chunk of the stage
 */
export function mostKept({ pass, chunk }: StageSchedule, ofChunk: readonly number[]): number {
	const last = pass.includes(Pass.weight) ? Pass.weight : Pass.backward;
	let now = 0;
	let most = 0;
	for (let i = 0; i < pass.length; i++) {
		const each = ofChunk[chunk[i]!]!;
		if (pass[i] === Pass.forward) {
			now += each;
			if (now > most) most = now;
		} else if (pass[i] === last) now -= each;
	}
	return most;
}

/** The most (micro-batch, chunk) pairs that are under way at once. */
export function mostInFlight(schedule: StageSchedule): number {
	const chunks = schedule.chunk.reduce((most, chunk) => Math.max(most, chunk + 1), 0);
	return mostKept(schedule, new Array<number>(chunks).fill(1));
}
