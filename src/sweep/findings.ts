/** What a sweep found: from rows, in whatever order they came, to a ranking and what goes with it. */
import type { Site } from "../cost/energy.js";
import { type Explanation, explain } from "./explain.js";
import { type Family, familyOf, mapFamily, membersOf, type Target } from "./family.js";
import { type Measured, measure } from "./measures.js";
import type { Objective } from "./objectives/objectives.js";
import type { Training } from "./objectives/outcome.js";
import { placed, type Ranked, rank } from "./ranking.js";
import { type FailedRow, hasSums, type SweepRow } from "./row.js";
import type { SweepSpace } from "./space.js";
import type { Survey } from "./survey.js";

export interface SweepQuestion {
	readonly objectives: readonly Objective[];
	readonly tokenBudget: number;
	readonly gpuHourCost?: number;
	readonly site: Site;
	/** How many to show. */
	readonly top: number;
	/** Up to which rank the best one is compared; 1: none. */
	readonly explainTo: number;
	readonly target?: Target;
}

export interface Findings {
	readonly space: SweepSpace;
	readonly survey: Survey;
	readonly question: SweepQuestion;
	readonly training: Training;
	/** All that were simulated, in the order of the space, as their rows are. */
	readonly all: readonly Measured[];
	/** The first of them in rank. */
	readonly best: readonly Ranked[];
	/** How many are ranked: with several objectives, the members of the Pareto front. */
	readonly ranked: number;
	/** Configurations that the simulation cannot tell from the best one. */
	readonly ties: number;
	readonly explanations: readonly Explanation[];
	readonly failed: readonly FailedRow[];
	/** Where several models were searched, or a target was given. */
	readonly family: Family | undefined;
	/** Feasible, but left out: they cannot be among the best. */
	readonly leftOut: number;
	/** Feasible, but neither simulated nor failed: the run was ended, or is a part of a larger one. */
	readonly missing: number;
}

/** What a sweep gave, as it comes from workers or journals. */
export interface SweepOutcome {
	readonly rows: readonly SweepRow[];
	readonly failed: readonly FailedRow[];
	/** Feasible, but left out. @default 0 */
	readonly leftOut?: number;
}

/** @param sumsOf the rows of configurations of which there are times alone, with sums */
export function findings(
	space: SweepSpace,
	survey: Survey,
	{ rows, failed, leftOut = 0 }: SweepOutcome,
	question: SweepQuestion,
	sumsOf: (indices: readonly number[]) => readonly SweepRow[],
): Findings {
	const memoryOf = new Map(survey.feasible.map((index, i) => [index, survey.peakBytes[i]!]));
	const measured = (row: SweepRow): Measured =>
		measure(space.inputs, space.jobAt(row.index), memoryOf.get(row.index)!, row);
	const all = [...rows].sort((a, b) => a.index - b.index).map(measured);
	const training = trainingOf(space, question);
	const models = space.total / space.perModel;
	const inOrder = rank(all, question.objectives, training);
	const family = models > 1 || question.target ? familyOf(all, question.target) : undefined;
	const shown = inOrder.slice(0, Math.max(1, question.top, question.explainTo));
	const lacking = [...shown, ...(family ? membersOf(family) : [])].filter(({ row }) => !hasSums(row));
	const summed = new Map(
		sumsOf([...new Set(lacking.map(({ row }) => row.index))]).map((row) => [row.index, measured(row)]),
	);
	const whole = (one: Measured): Measured => summed.get(one.row.index) ?? one;
	const ranked = placed(inOrder.map(whole), question.objectives, training);
	return {
		space,
		survey,
		question,
		training,
		all,
		best: ranked.slice(0, question.top),
		ranked: ranked.length,
		ties: ranked.filter(({ tiesBest }) => tiesBest).length,
		explanations: ranked.slice(1, question.explainTo).map((other) => explain(space.inputs, ranked[0]!, other)),
		failed: [...failed].sort((a, b) => a.index - b.index),
		leftOut,
		family: family && mapFamily(family, whole),
		missing: survey.feasible.length - rows.length - failed.length - leftOut,
	};
}

export function trainingOf({ inputs }: SweepSpace, { site, tokenBudget, gpuHourCost }: SweepQuestion): Training {
	const cost = gpuHourCost === undefined ? {} : { gpuHourCost };
	return { hardware: inputs.hardware, site, tokenBudget, ...cost };
}
