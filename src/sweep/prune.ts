/**
 * Leaves out what cannot be among the best. Configurations are simulated in rounds, those with the lowest bounds first;
 * after a round, whatever could not even at its bound be among the best of the rounds so far is left out. Rounds follow
 * from the space and from results alone, so that workers and interruptions change nothing.
 */
import { IterationBound } from "./described/bound.js";
import { measure } from "./measures.js";
import type { Objective } from "./objectives/objectives.js";
import type { Training } from "./objectives/outcome.js";
import type { SweepPlan } from "./plan-sweep.js";
import { type SweepRow, timesAlone } from "./row.js";

export const CANNOT_WIN = "cannot be among the best by its lower bound";
const FIRST_ROUND = 64;

/** Objectives that get worse with every millisecond: the bound of a time bounds them. */
const OF_TIME: ReadonlySet<string> = new Set([
	"iteration-time",
	"throughput",
	"mfu",
	"training-time",
	"gpu-hours",
	"cost",
]);

export function canPrune(objectives: readonly Objective[]): boolean {
	return objectives.length === 1 && OF_TIME.has(objectives[0]!.name);
}

export class Pruner {
	readonly #plan: SweepPlan;
	readonly #objective: Objective;
	readonly #training: Training;
	readonly #keep: number;
	/** Lowest bounds first. */
	#open: readonly { readonly index: number; readonly bound: number }[];
	#roundSize: number;

	/**
	 * @param keep how many of the best must not be lost
	 * @param firstRound configurations of the first round; each one after it has twice as many
	 */
	constructor(plan: SweepPlan, objective: Objective, training: Training, keep: number, firstRound = FIRST_ROUND) {
		this.#plan = plan;
		this.#objective = objective;
		this.#training = training;
		this.#keep = keep;
		this.#roundSize = firstRound;
		const bounds = new IterationBound(plan.space);
		this.#open = plan.survey.feasible
			.map((index) => {
				const iterationMs = bounds.iterationMs(plan.space.jobAt(index));
				return { index, bound: this.#valueOf(timesAlone(index, iterationMs, 0)) };
			})
			.sort((a, b) => a.bound - b.bound || a.index - b.index);
	}

	/** Configurations of the next round; empty when all are simulated or left out. */
	next(rows: readonly SweepRow[]): number[] {
		const values = rows.map((row) => this.#valueOf(row)).sort((a, b) => a - b);
		const worst = values[this.#keep - 1];
		if (worst !== undefined) this.#open = this.#open.filter(({ bound }) => bound <= worst);
		const round = this.#open.slice(0, this.#roundSize).map(({ index }) => index);
		this.#open = this.#open.slice(this.#roundSize);
		this.#roundSize *= 2;
		return round;
	}

	/** Less is better. */
	#valueOf(row: SweepRow): number {
		const { space } = this.#plan;
		const { outcome } = measure(space.inputs, space.jobAt(row.index), 0, row);
		const value = this.#objective.value(outcome, this.#training);
		return this.#objective.better === "lower" ? value : -value;
	}
}
