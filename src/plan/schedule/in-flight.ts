/** How much a stage keeps for its backward passes: what its activation memory follows from. */
import { Pass, type StageSchedule } from "./passes.js";

/**
 * The most (micro-batch, chunk) pairs that are under way at once: from their forward pass to the end of the last pass
 * that needs their activations (the backward pass, or the weight pass where there is one).
 */
export function mostInFlight({ pass }: StageSchedule): number {
	const last = pass.includes(Pass.weight) ? Pass.weight : Pass.backward;
	let now = 0;
	let most = 0;
	for (const each of pass) {
		if (each === Pass.forward) most = Math.max(most, ++now);
		else if (each === last) now--;
	}
	return most;
}
