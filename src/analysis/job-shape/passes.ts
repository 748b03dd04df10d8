/** Micro-batches, model chunks and schedule, from the order of forward and backward passes in the step. */
import { addTo } from "./counts.js";
import { type Finding, inferred, mostCommon, unknown } from "./finding.js";
import { OpKind } from "./names.js";
import { callsOf, type Pass } from "./op-counts.js";
import type { Parallelism } from "./parallelism.js";
import type { Survey } from "./survey.js";

export type Schedule = "none" | "1F1B" | "interleaved 1F1B" | "GPipe";

export interface Passes {
	readonly microBatches: Finding<number>;
	readonly virtualPipeline: Finding<number>;
	readonly schedule: Finding<Schedule>;
}

/** What the ranges of one rank say; null where they leave it open. */
interface RankPasses {
	readonly microBatches: number | null;
	readonly chunks: number | null;
}

export function passesOf(surveys: readonly Survey[], parallelism: Parallelism): Passes {
	const pipeline = parallelism.degrees.pipeline.value;
	const ranks = surveys.map((survey) => rankPasses(survey, pipeline, parallelism.stageOf(survey)));
	const microBatches =
		mostCommon(ranks.map((rank) => rank.microBatches)) ??
		mostCommon(surveys.map((survey) => withoutRanges(survey, pipeline)));
	const chunks =
		mostCommon(ranks.map((rank) => rank.chunks)) ??
		mostCommon(surveys.map((survey) => chunksByAttention(survey, pipeline, parallelism.stageOf(survey), microBatches)));
	return {
		microBatches: inferred(microBatches),
		virtualPipeline: inferred(pipeline === null ? null : pipeline === 1 ? 1 : chunks),
		schedule: scheduleOf(surveys, parallelism, chunks),
	};
}

function rankPasses({ passes, ops }: Survey, pipeline: number | null, stage: number | null): RankPasses {
	const forwards = passes.filter(({ forward }) => forward).length;
	if (forwards === 0) return { microBatches: null, chunks: null };
	if (pipeline === 1) return { microBatches: forwards, chunks: 1 };
	const chunks = chunksByEntries(forwards, ops) ?? chunksByWarmUp(passes, forwards, pipeline, stage);
	return { microBatches: chunks === null ? null : forwards / chunks, chunks };
}

/** The first and the last stage see each micro-batch once in their embedding or loss, however many chunks they run. */
function chunksByEntries(forwards: number, ops: Survey["ops"]): number | null {
	const entries = entryCalls(ops);
	return entries !== null && forwards % entries === 0 ? forwards / entries : null;
}

/** 1F1B starts with one forward for each later stage and itself; interleaving starts with more. */
function chunksByWarmUp(
	passes: readonly Pass[],
	forwards: number,
	pipeline: number | null,
	stage: number | null,
): number | null {
	if (pipeline === null || stage === null) return null;
	const leading = leadingForwards(passes);
	if (leading === forwards) return null;
	if (leading <= pipeline - stage) return 1;
	const chunks = 1 + (leading - 1 - 2 * (pipeline - stage - 1)) / pipeline;
	return Number.isInteger(chunks) && chunks > 1 && forwards % chunks === 0 ? chunks : null;
}

/** Without ranges: attention runs for one micro-batch for each later stage and this one before the first gradient. */
function chunksByAttention(
	{ attentionPasses }: Survey,
	pipeline: number | null,
	stage: number | null,
	microBatches: number | null,
): number | null {
	if (pipeline === null || stage === null || microBatches === null || microBatches <= pipeline - stage) return null;
	const forwards = attentionPasses.filter(({ forward }) => forward).length;
	return forwards > 0 && leadingForwards(attentionPasses) * microBatches === (pipeline - stage) * forwards ? 1 : null;
}

/** What only the first and the last stage run, once for each micro-batch. */
function entryCalls(ops: Survey["ops"]): number | null {
	return embeddingCalls(ops) ?? (callsOf(ops, OpKind.loss) || null);
}

/** Of the embedding with fewest calls: a model may embed positions, too. */
function embeddingCalls(ops: Survey["ops"]): number | null {
	const calls = ops.filter(({ kind }) => kind === OpKind.embedding).map(({ count }) => count);
	return calls.length > 0 ? calls.reduce((fewest, count) => Math.min(fewest, count)) : null;
}

/** What runs once a micro-batch makes every count of gradient functions a multiple of the micro-batches. */
function withoutRanges({ ops }: Survey, pipeline: number | null): number | null {
	const entries = entryCalls(ops);
	// Stages in the middle run nothing but layers: their counts have the layers as a factor, too.
	if (pipeline !== 1 && entries === null) return null;
	const gradients = new Map<string, number>();
	for (const { kind, name, count } of ops) if (kind === OpKind.autogradNode) addTo(gradients, name, count);
	return [...gradients.values()].reduce<number>(gcd, 0) || embeddingCalls(ops);
}

const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));

function scheduleOf(surveys: readonly Survey[], parallelism: Parallelism, chunks: number | null): Finding<Schedule> {
	const pipeline = parallelism.degrees.pipeline.value;
	if (pipeline === null) return unknown;
	if (pipeline === 1) return inferred("none");
	let allForwardFirst = false;
	for (const survey of surveys) {
		const passes = survey.passes.length > 0 ? survey.passes : survey.attentionPasses;
		const forwards = passes.filter(({ forward }) => forward).length;
		if (forwards === 0 || forwards === passes.length) continue;
		const leading = leadingForwards(passes);
		if (leading < forwards) return inferred(chunks === null ? null : chunks > 1 ? "interleaved 1F1B" : "1F1B");
		// Where no more micro-batches come than stages follow, both schedules run all forwards first.
		const stage = parallelism.stageOf(survey);
		if (survey.passes.length > 0 && stage !== null && forwards > pipeline - stage) allForwardFirst = true;
	}
	return inferred(allForwardFirst ? "GPipe" : null);
}

function leadingForwards(passes: readonly Pass[]): number {
	const first = passes.findIndex(({ forward }) => !forward);
	return first < 0 ? passes.length : first;
}
