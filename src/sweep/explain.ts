/** Why one configuration is faster than another. */
import type { AxisValue } from "./axes.js";
import { axisField } from "./axes.js";
import type { SweepInputs } from "./inputs.js";
import type { Ranked } from "./ranking.js";

export interface Explanation {
	readonly rank: number;
	/** Than the best one; negative where the best one is best for another reason. */
	readonly slowerMs: number;
	/** What each part of the mean GPU's step adds to that; the three add up to it. */
	readonly computeMs: number;
	readonly exposedCommMs: number;
	readonly bubbleMs: number;
	/** What is set otherwise. */
	readonly differences: readonly Difference[];
}

export interface Difference {
	/** As in descriptions. */
	readonly name: string;
	readonly best: AxisValue;
	readonly here: AxisValue;
}

export function explain(inputs: SweepInputs, best: Ranked, other: Ranked): Explanation {
	const a = best.measured.row;
	const b = other.measured.row;
	const computeOf = (of: typeof a): number => of.breakdown.exposedComputeMs + of.breakdown.overlappedMs;
	return {
		rank: other.rank,
		slowerMs: b.iterationMs - a.iterationMs,
		computeMs: computeOf(b) - computeOf(a),
		exposedCommMs: b.breakdown.exposedCommMs - a.breakdown.exposedCommMs,
		bubbleMs: b.breakdown.otherMs - a.breakdown.otherMs,
		differences: differences(inputs, best, other),
	};
}

function differences({ axes }: SweepInputs, best: Ranked, other: Ranked): Difference[] {
	const names = axes.map(({ name }) => name);
	// Replicas follow from the other degrees, and say more than they do.
	if (!names.includes("data_parallel_size")) names.push("data_parallel_size");
	return names.flatMap((name) => {
		const { key, section } = axisField(name);
		const of = ({ measured }: Ranked): AxisValue =>
			section === "job" ? measured.gpus : (measured[section] as unknown as Readonly<Record<string, AxisValue>>)[key]!;
		return of(best) === of(other) ? [] : [{ name, best: of(best), here: of(other) }];
	});
}
