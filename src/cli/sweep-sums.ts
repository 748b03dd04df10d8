/** Of which configurations a sweep sums up what devices do, and how that is made up for where it is needed later. */
import { DescribedEvaluator } from "../sweep/described/evaluator.js";
import type { SweepQuestion } from "../sweep/findings.js";
import { isFailed, type SweepRow } from "../sweep/row.js";
import type { SweepSpace } from "../sweep/space.js";
import type { SweepOutputFlags } from "./sweep-flags.js";

/** Whether all rows need sums: to be written out, or to be ranked by. */
export function needsSums({ out }: Pick<SweepOutputFlags, "out">, { objectives }: SweepQuestion): boolean {
	return out !== undefined || objectives.some(({ usesDevices }) => usesDevices === true);
}

/** Configurations of one call of the evaluator: what shares blocks stands together, and memory stays bounded. */
const AT_ONCE = 16;

/** Simulates configurations once more on this thread, with sums. */
export function sumsHere(space: SweepSpace): (indices: readonly number[]) => SweepRow[] {
	const evaluator = new DescribedEvaluator(space);
	return (indices) => {
		const rows: SweepRow[] = [];
		for (let from = 0; from < indices.length; from += AT_ONCE)
			for (const row of evaluator.evaluate(indices.slice(from, from + AT_ONCE), true)) {
				if (isFailed(row)) throw new Error(`configuration ${row.index} was simulated, and now is not: ${row.failed}`);
				rows.push(row);
			}
		return rows;
	};
}
