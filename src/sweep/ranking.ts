/** Puts configurations in order, the best first; says which of them are as good as the best. */
import type { Measured } from "./measures.js";
import type { Objective } from "./objectives/objectives.js";
import type { Outcome, Training } from "./objectives/outcome.js";
import { paretoFront } from "./objectives/pareto.js";

export interface Ranked {
	/** From 1. */
	readonly rank: number;
	/** Its value lies within the interval of the best one: the simulation cannot tell which is better. */
	readonly tiesBest: boolean;
	readonly measured: Measured;
}

/**
 * By the only objective; of several, the Pareto front by the first of them, then by the next. Equal values keep the
 * order of the space.
 */
export function rank(all: readonly Measured[], objectives: readonly Objective[], training: Training): Measured[] {
	const columns = objectives.map(({ value, better }) => ({
		better,
		values: Float64Array.from(all, ({ outcome }) => value(outcome, training)),
	}));
	const rows = columns.length > 1 ? [...paretoFront(columns)] : [...all.keys()];
	rows.sort((a, b) => {
		for (const { values, better } of columns) {
			const difference = better === "lower" ? values[a]! - values[b]! : values[b]! - values[a]!;
			if (difference !== 0) return difference;
		}
		return all[a]!.row.index - all[b]!.row.index;
	});
	return rows.map((row) => all[row]!);
}

/** Gives places to configurations that are in order, by the only objective where ties are to be found. */
export function placed(
	inOrder: readonly Measured[],
	objectives: readonly Objective[],
	training: Training,
): readonly Ranked[] {
	const [best] = inOrder;
	return inOrder.map((measured, i) => ({
		rank: i + 1,
		tiesBest: objectives.length === 1 && i > 0 && ties(best!, measured, objectives[0]!, training),
		measured,
	}));
}

function ties(best: Measured, other: Measured, { value }: Objective, training: Training): boolean {
	const { iterationMs, lowMs, highMs } = best.row;
	const ends = [lowMs, highMs].map((ms) => value(stretched(best.outcome, ms / iterationMs), training));
	const own = value(other.outcome, training);
	return own >= Math.min(...ends) && own <= Math.max(...ends);
}

/** The same step if all of it took longer. */
function stretched(outcome: Outcome, factor: number): Outcome {
	return {
		...outcome,
		iterationMs: outcome.iterationMs * factor,
		computeMs: outcome.computeMs * factor,
		exposedCommMs: outcome.exposedCommMs * factor,
		idleMs: outcome.idleMs * factor,
		mfu: outcome.mfu / factor,
	};
}
