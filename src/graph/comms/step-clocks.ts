/**
 * What the profiler's steps say of the clocks: ranks begin the same step at about the same moment. Far too coarse to
 * align by, but it tells one step's collectives from the next one's, which look alike.
 */
import { baseShifts } from "./clock-samples.js";
import type { Expected } from "./find-shift.js";
import { median } from "./median.js";
import type { RankComms } from "./rank-comms.js";

/** A rank may run ahead of another by up to this part of a step. */
const PART_OF_STEP = 0.5;

/** Of two ranks at hand: the second's times less the first's; undefined where they name no step in common. */
export function stepDifferences(
	ranks: readonly RankComms[],
): (reference: number, other: number) => Expected | undefined {
	const shifts = baseShifts(ranks);
	const starts = ranks.map(
		({ stepNumber, stepStartNs }, r) =>
			new Map(Array.from(stepNumber, (step, i) => [step, stepStartNs[i]! + shifts[r]!] as const)),
	);
	const lengths = ranks.flatMap(({ stepStartNs, stepEndNs }) =>
		Array.from(stepEndNs, (end, i) => end - stepStartNs[i]!),
	);
	const toleranceNs = PART_OF_STEP * median(lengths);
	return (reference, other) => {
		const differences = [...starts[other]!].flatMap(([step, at]) => {
			const there = starts[reference]!.get(step);
			return there === undefined ? [] : [at - there];
		});
		return differences.length > 0 ? { differenceNs: median(differences), toleranceNs } : undefined;
	};
}
