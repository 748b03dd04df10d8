/** Predicts configurations from a traced run, as `lumos predict` does; the run is cut into its segments once. */
import { costModel } from "../../cost/cost-model.js";
import { simulateTarget, type TargetSetting } from "../../predict/simulate-target.js";
import { type TracedBase, type TracedRun, tracedBase } from "../../predict/traced-base.js";
import { tracedInterval } from "../../predict/uncertainty.js";
import type { Evaluator } from "../evaluator.js";
import type { RowOrFailure, SweepRow } from "../row.js";
import { rowOfStages } from "../row-of-stages.js";
import type { SweepSpace } from "../space.js";
import type { TracedSource } from "./source.js";

export class TracedEvaluator implements Evaluator {
	readonly #space: SweepSpace;
	readonly #base: TracedBase;
	readonly #setting: TargetSetting;
	readonly #hasTests: boolean;

	/** @param source of the inputs of the space, and the run that it is of */
	constructor(space: SweepSpace, source: TracedSource, run: TracedRun) {
		const { hardware, measured } = space.inputs;
		this.#space = space;
		this.#base = tracedBase(run, source.base);
		this.#setting = { hardware, cost: costModel(hardware, { collectives: measured }), seed: source.seed };
		this.#hasTests = measured.length + hardware.measuredCollectives.length > 0;
	}

	evaluate(chunk: readonly number[]): RowOrFailure[] {
		return chunk.map((index) => {
			try {
				return this.#row(index);
			} catch (error) {
				return { index, failed: error instanceof Error ? error.message : String(error) };
			}
		});
	}

	#row(index: number): SweepRow {
		const { perStage, plan, taskCount } = simulateTarget(this.#base, this.#space.jobAt(index), this.#setting);
		const { provenance } = plan;
		const row = rowOfStages(index, perStage, taskCount, (ms) => tracedInterval(ms, provenance, this.#hasTests));
		const share = (source: "measured" | "scaled"): number =>
			provenance.reduce((sum, part) => sum + (part.source === source ? part.shareOfTime : 0), 0);
		return { ...row, restsOn: { measuredShare: share("measured"), scaledShare: share("scaled") } };
	}
}
