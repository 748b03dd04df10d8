/** Gives the times of configurations. What they are made from (descriptions, traces) is the evaluator's business. */
import type { RowOrFailure } from "./row.js";

export interface Evaluator {
	/**
	 * @param chunk numbers of configurations that can run; those that are likely to share a structure stand together
	 * @param sums also what devices do: without, the rows have times alone
	 * @returns one outcome each, in the same order; never throws for a single configuration
	 */
	evaluate(chunk: readonly number[], sums: boolean): RowOrFailure[];
}
