/** Puts the findings of a sweep together as the document `lumos.sweep/1`. */
import { identityOf } from "../predict/traced-prediction.js";
import type { Family } from "../sweep/family.js";
import type { Findings } from "../sweep/findings.js";
import type { SweepInputs } from "../sweep/inputs.js";
import type { Measured } from "../sweep/measures.js";
import { OBJECTIVES } from "../sweep/objectives/objectives.js";
import { CANNOT_WIN } from "../sweep/prune.js";
import { modelledShare } from "../sweep/row.js";
import type { ReasonCounts } from "../sweep/survey.js";
import { sweepWarnings } from "../sweep/sweep-warnings.js";
import type { SweepResult } from "./sweep-result.js";

/** @param partOf which shard of how many, where it is one */
export function assembleSweep(found: Findings, timing: SweepResult["timing"], partOf?: string): SweepResult {
	const { space, survey, question } = found;
	const { axes, hardware, model } = space.inputs;
	return {
		schema: "lumos.sweep/1",
		model: model.name,
		hardware: hardware.name,
		base: baseOf(space.inputs),
		axes: Object.fromEntries(axes.map(({ name, values }) => [name, [...values]])),
		objective: question.objectives.map(({ name }) => name),
		tokens: question.tokenBudget,
		space: {
			total: space.total,
			invalid: sum(survey.invalid),
			invalidReasons: sorted(survey.invalid),
			pruned: sorted(found.leftOut > 0 ? new Map([...survey.pruned, [CANNOT_WIN, found.leftOut]]) : survey.pruned),
			outOfMemory: survey.outOfMemory,
			simulated: found.all.length,
			failed: found.failed.length,
			missing: found.missing,
		},
		ranked: found.ranked,
		ties: found.ties,
		best: found.best.map(({ rank, tiesBest, measured }) => ({ rank, tiesBest, ...describe(measured, found) })),
		explanations: found.explanations.map((one) => ({ ...one, differences: [...one.differences] })),
		...(found.family ? { family: familyIn(found.family, found) } : {}),
		failures: found.failed.map(({ index, failed }) => ({ configuration: index, reason: failed })),
		warnings: sweepWarnings(found, partOf),
		timing,
	};
}

function baseOf({ traced }: SweepInputs): SweepResult["base"] {
	if (traced === undefined) return { source: "descriptions" };
	return { source: "traces", config: traced.base, identity: identityOf(traced) };
}

function familyIn({ members, front, target, largest, nearest }: Family, found: Findings): SweepResult["family"] {
	return {
		members,
		front: front.map((one) => describe(one, found)),
		...(target === undefined
			? {}
			: "ms" in target
				? { targetMs: target.ms }
				: { targetTokensPerSecond: target.tokensPerSecond }),
		...(largest ? { largest: describe(largest, found) } : {}),
		...(nearest ? { nearest: describe(nearest, found) } : {}),
	};
}

function describe(measured: Measured, { training }: Findings): SweepResult["best"][number] {
	const { row, outcome, model, parallel } = measured;
	const values = OBJECTIVES.map(({ column, value }) => [column, value(outcome, training)] as const);
	return {
		configuration: row.index,
		config: { model, parallel },
		gpus: measured.gpus,
		numMicroBatches: measured.numMicroBatches,
		iterationMs: row.iterationMs,
		interval: { lowMs: row.lowMs, highMs: row.highMs, confidence: 0.9 },
		parameters: measured.parameters,
		memoryGb: outcome.memoryGb,
		memoryHeadroomGb: outcome.memoryCapacityGb - outcome.memoryGb,
		tokensPerSecond: measured.tokensPerSecond,
		tflopsPerGpu: measured.tflopsPerGpu,
		mfu: measured.mfu,
		...(row.restsOn ? { restsOn: { ...row.restsOn, modelledShare: modelledShare(row.restsOn) } } : {}),
		breakdown: row.breakdown,
		computeShare: measured.computeShare,
		exposedCommShare: measured.exposedCommShare,
		bubbleShare: measured.bubbleShare,
		limitedBy: measured.limitedBy,
		objectives: Object.fromEntries(values.filter(([, value]) => Number.isFinite(value))),
	};
}

function sum(counts: ReasonCounts): number {
	return [...counts.values()].reduce((all, n) => all + n, 0);
}

/** The most frequent first. */
function sorted(counts: ReasonCounts): Record<string, number> {
	return Object.fromEntries([...counts].sort((a, b) => b[1] - a[1]));
}
