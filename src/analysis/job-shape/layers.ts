/** How many layers the whole model has. */
import { type Finding, fromMetadata, inferred, mostCommon, unknown } from "./finding.js";
import { OpKind } from "./names.js";
import { callsOf } from "./op-counts.js";
import type { Parallelism } from "./parallelism.js";
import type { Survey } from "./survey.js";

export function layersOf(
	surveys: readonly Survey[],
	parallelism: Parallelism,
	microBatches: number | null,
): Finding<number> {
	const named = surveys.map((survey) => ({ survey, indices: layerIndices(survey) }));
	if (named.some(({ indices }) => indices !== null)) return namedLayers(named, parallelism);
	const stages = parallelism.degrees.pipeline.value;
	if (microBatches === null || stages === null) return unknown;
	const perStage = mostCommon(surveys.map((survey) => repetitions(survey, microBatches)));
	return inferred(perStage === null ? null : perStage * stages);
}

/** The class with most instances: others hold layers (`TransformerBlock`) or are held by them. */
function layerIndices({ layers, hasAttention, ops }: Survey): ReadonlySet<number> | null {
	if (!hasAttention && callsOf(ops, OpKind.norm) === 0) return null;
	let best: ReadonlySet<number> | null = null;
	for (const indices of layers.values()) if (best === null || indices.size > best.size) best = indices;
	return best;
}

interface NamedRank {
	readonly survey: Survey;
	readonly indices: ReadonlySet<number> | null;
}

function namedLayers(ranks: readonly NamedRank[], { degrees, stageOf }: Parallelism): Finding<number> {
	const stages = degrees.pipeline.value;
	const perStage = new Map<number, ReadonlySet<number>>();
	for (const { survey, indices } of ranks) {
		const stage = stageOf(survey);
		if (indices !== null && stage !== null && !perStage.has(stage)) perStage.set(stage, indices);
	}
	if (stages !== null && perStage.size === stages) {
		// Profilers count the modules of each process from 0; names that a model gives its layers may go on over stages.
		const total = [...perStage.values()].reduce((sum, indices) => sum + indices.size, 0);
		const distinct = new Set([...perStage.values()].flatMap((indices) => [...indices])).size;
		return distinct === total || sharesNumbers([...perStage.values()]) ? fromMetadata(total) : inferred(distinct);
	}
	if (stages === null) return unknown;
	const size = mostCommon(ranks.map(({ indices }) => indices?.size));
	return inferred(size === null ? null : size * stages);
}

/** Every stage numbers its layers from 0. */
function sharesNumbers(stages: readonly ReadonlySet<number>[]): boolean {
	return stages.every((indices) => indices.has(0));
}

/** Attention of one micro-batch on this rank; its gradient is counted first, as recomputing repeats the forward. */
function repetitions({ ops, kernels, trace }: Survey, microBatches: number): number | null {
	const written = callsOf(ops, OpKind.batchedMatmul) > 0;
	const inStep = [
		callsOf(ops, OpKind.attentionBackward),
		callsOf(ops, OpKind.attentionForward),
		written ? callsOf(ops, OpKind.softmaxBackward) : 0,
		written ? callsOf(ops, OpKind.softmax) : 0,
		(kernels.attentionBackward || kernels.attentionForward) / Math.max(1, trace.steps.length),
	].find((count) => count > 0);
	const layers = (inStep ?? 0) / microBatches;
	return layers >= 1 && Number.isInteger(layers) ? layers : null;
}
