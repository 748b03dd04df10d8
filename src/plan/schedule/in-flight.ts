/** How much a stage keeps for its backward passes: what its activation memory follows from. */
import { Pass, type StageSchedule } from "./passes.js";

/** (Micro-batch, chunk) pairs under way at a moment: one count a chunk of the stage. */
export type InFlight = readonly number[];

/**
 * The moments that can be the worst, whatever a micro-batch keeps on each chunk: those with the most pairs under way, of
 * which none has as many on every chunk as another. A pair is under way from its forward pass to the end of the last
 * pass that needs its activations (the backward pass, or the weight pass where there is one).
 */
export function peaksInFlight({ pass, chunk }: StageSchedule): InFlight[] {
	const last = pass.includes(Pass.weight) ? Pass.weight : Pass.backward;
	const now = new Array<number>(chunk.reduce((most, c) => Math.max(most, c + 1), 0)).fill(0);
	let peaks: InFlight[] = [];
	let isRising = false;
	const remember = (): void => {
		if (peaks.some((peak) => peak.every((count, c) => count >= now[c]!))) return;
		const here = [...now];
		peaks = [...peaks.filter((peak) => peak.some((count, c) => count > here[c]!)), here];
	};
	for (let i = 0; i < pass.length; i++) {
		if (pass[i] === Pass.forward) {
			now[chunk[i]!]!++;
			isRising = true;
		} else if (pass[i] === last) {
			if (isRising) remember();
			isRising = false;
			now[chunk[i]!]!--;
		}
	}
	if (isRising) remember();
	return peaks;
}

/**
 * The most that is kept at once.
 * @param ofChunk what one micro-batch keeps on each chunk of the stage
 */
export function mostKept(peaks: readonly InFlight[], ofChunk: readonly number[]): number {
	return peaks.reduce((most, counts) => Math.max(most, kept(counts, ofChunk)), 0);
}

function kept(counts: InFlight, ofChunk: readonly number[]): number {
	return counts.reduce((sum, count, c) => sum + count * ofChunk[c]!, 0);
}

/** The most (micro-batch, chunk) pairs that are under way at once. */
export function mostInFlight(schedule: StageSchedule): number {
	return peaksInFlight(schedule).reduce(
		(most, counts) =>
			Math.max(
				most,
				counts.reduce((sum, count) => sum + count, 0),
			),
		0,
	);
}
