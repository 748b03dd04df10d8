/** Hidden size, attention heads, sequence length and micro-batch size, from the shapes of operators. */
import { addTo, most, mostFrequent } from "./counts.js";
import { type Finding, inferred, mostCommon, unknown } from "./finding.js";
import { hiddenFromMessages } from "./messages.js";
import { OpKind } from "./names.js";
import type { OpCount } from "./op-counts.js";
import type { Parallelism } from "./parallelism.js";
import type { Survey } from "./survey.js";
import { type Batch, batchOf, vocabularyEmbedding } from "./tokens.js";

export interface Sizes {
	readonly hiddenSize: Finding<number>;
	readonly heads: Finding<number>;
	readonly sequenceLength: Finding<number>;
	readonly microBatchSize: Finding<number>;
}

export function sizesOf(surveys: readonly Survey[], parallelism: Parallelism): Sizes {
	const transformers = surveys.filter(({ hasAttention }) => hasAttention);
	if (transformers.length === 0)
		return { hiddenSize: unknown, heads: unknown, sequenceLength: unknown, microBatchSize: unknown };
	const hidden =
		mostCommon(transformers.map(({ ops }) => hiddenOf(ops))) ?? mostCommon(transformers.map(hiddenFromMessages));
	const batch = commonBatch(transformers.map((survey) => batchOf(survey, hidden, parallelism.degrees.tensor.value)));
	const context = parallelism.degrees.context.value;
	return {
		hiddenSize: inferred(hidden),
		heads: inferred(headsOf(transformers, hidden, parallelism.degrees.tensor.value)),
		sequenceLength: inferred(batch && context !== null ? batch.sequence * context : null),
		microBatchSize: inferred(batch?.samples),
	};
}

function commonBatch(batches: readonly (Batch | null)[]): Batch | null {
	const text = mostCommon(batches.map((batch) => batch && `${batch.samples} ${batch.sequence}`));
	return batches.find((batch) => batch && `${batch.samples} ${batch.sequence}` === text) ?? null;
}

function hiddenOf(ops: readonly OpCount[]): number | null {
	return normWidth(ops) ?? embeddingWidth(ops) ?? linearWidth(ops);
}

/** The widest of those that are common: models also normalise queries and keys, head by head. */
function normWidth(ops: readonly OpCount[]): number | null {
	const widths = tally(ops, OpKind.norm, ({ dims }) => (dims[0] && dims[0].length >= 2 ? dims[0].at(-1) : undefined));
	const common = [...widths].filter(([, count]) => 2 * count >= most(widths.values())).map(([width]) => width);
	return most(common) || null;
}

function embeddingWidth(ops: readonly OpCount[]): number | null {
	return vocabularyEmbedding(ops)?.dims[0]?.[1] || null;
}

/** Every layer takes its input from, and adds its output to, vectors of the hidden size; other widths stay inside it. */
function linearWidth(ops: readonly OpCount[]): number | null {
	const kind = ops.some((op) => op.kind === OpKind.linear && op.dims.length > 0) ? OpKind.linear : OpKind.matmul;
	const into = new Map<number, number>();
	const outOf = new Map<number, number>();
	for (const op of ops) {
		if (op.kind !== kind) continue;
		const [input, weight] = op.dims.filter((sizes) => sizes.length >= 2);
		const width = input?.at(-1);
		if (width === undefined || weight?.length !== 2 || !weight.includes(width)) continue;
		addTo(into, width, op.count);
		const other = weight[0] === width ? weight[1]! : weight[0]!;
		addTo(outOf, other, op.count);
	}
	const both = [...into].map(([width, count]) => [width, Math.min(count, outOf.get(width) ?? 0)] as const);
	return mostFrequent(both.filter(([, count]) => count >= 2));
}

function headsOf(surveys: readonly Survey[], hidden: number | null, tensor: number | null): number | null {
	const local = mostCommon(surveys.flatMap(({ ops }) => ops.filter(isAttention).map(headsOfOp)));
	if (local !== null) return tensor === null ? null : local * tensor;
	const headSize = mostCommon(surveys.map(({ kernels }) => kernels.headSize));
	return hidden !== null && headSize !== null && headSize > 0 && hidden % headSize === 0 ? hidden / headSize : null;
}

const isAttention = ({ kind }: OpCount): boolean => kind === OpKind.attentionForward || kind === OpKind.softmax;

/** Queries are `[batch, heads, sequence, size]` in PyTorch's attention, `[…, heads, size]` in FlashAttention's. */
function headsOfOp({ kind, name, dims }: OpCount): number | null {
	const query = dims[0];
	if (query === undefined || query.length < 3) return null;
	// Scores are [batch, heads, sequence, sequence]; other softmaxes (of routers, say) have no such square.
	if (kind === OpKind.softmax) return query.length === 4 && query[2] === query[3] ? query[1]! : null;
	if (name.includes("scaled_dot_product")) return query.length === 4 ? query[1]! : null;
	return query.at(-2) ?? null;
}

function tally(
	ops: readonly OpCount[],
	kind: OpKind,
	sizeOf: (op: OpCount) => number | undefined,
): ReadonlyMap<number, number> {
	const counts = new Map<number, number>();
	for (const op of ops) {
		const size = op.kind === kind ? sizeOf(op) : undefined;
		if (size !== undefined && size > 0) addTo(counts, size, op.count);
	}
	return counts;
}
