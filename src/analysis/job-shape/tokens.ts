/** How many samples of how many tokens a rank works on at a time. */
import { addTo, mostFrequent } from "./counts.js";
import { OpKind } from "./names.js";
import type { OpCount } from "./op-counts.js";
import type { Survey } from "./survey.js";

/** Of one rank; context parallelism gives each rank a part of the sequence. */
export interface Batch {
	readonly samples: number;
	readonly sequence: number;
}

export function batchOf(survey: Survey, hidden: number | null, tensor: number | null): Batch | null {
	return (
		fromEmbedding(survey.ops) ?? fromAttention(survey.ops) ?? fromNorm(survey.ops) ?? fromRates(survey, hidden, tensor)
	);
}

/** `aten::embedding(weight, indices)`: indices are [samples, sequence], or one packed row. */
function fromEmbedding(ops: readonly OpCount[]): Batch | null {
	return toBatch(vocabularyEmbedding(ops)?.dims[1]);
}

/** The embedding with most rows: others look up positions or segments. */
export function vocabularyEmbedding(ops: readonly OpCount[]): OpCount | null {
	return mostFrequent(
		ops
			.filter(({ name, dims }) => name === "aten::embedding" && dims[0]?.length === 2)
			.map((op) => [op, op.dims[0]![0]!] as const),
	);
}

function fromAttention(ops: readonly OpCount[]): Batch | null {
	const batches: Batch[] = [];
	for (const { kind, name, dims } of ops) {
		const query = dims[0];
		if (kind !== OpKind.attentionForward || query === undefined) continue;
		// Packed samples of any lengths: [tokens, heads, size].
		if (query.length === 3 && query[0]! > 1) batches.push({ samples: 1, sequence: query[0]! });
		if (query.length !== 4) continue;
		const sequence = name.includes("scaled_dot_product") ? query[2]! : query[1]!;
		if (sequence > 0 && query[0]! > 0) batches.push({ samples: query[0]!, sequence });
	}
	return largest(batches);
}

/** Three sizes are [samples, sequence, hidden] or, as in Megatron-LM, [sequence, samples, hidden]: sequences are longer. */
function fromNorm(ops: readonly OpCount[]): Batch | null {
	const batches: Batch[] = [];
	for (const { kind, dims } of ops) {
		const input = dims[0];
		if (kind !== OpKind.norm || input?.length !== 3 || input[0]! < 1 || input[1]! < 1) continue;
		batches.push({ samples: Math.min(input[0]!, input[1]!), sequence: Math.max(input[0]!, input[1]!) });
	}
	return largest(batches);
}

function toBatch(indices: readonly number[] | undefined): Batch | null {
	if (indices === undefined || indices.length < 1 || indices.length > 2) return null;
	const [samples, sequence] = indices.length === 2 ? [indices[0]!, indices[1]!] : [1, indices[0]!];
	return samples > 0 && sequence > 0 ? { samples, sequence } : null;
}

function largest(batches: readonly Batch[]): Batch | null {
	return mostFrequent(batches.map((batch) => [batch, batch.samples * batch.sequence] as const));
}

/** Attention reaches no more of a device's matrix rate than this beside plain matrix products. */
const ATTENTION_TO_MATMUL_RATE = 0.85;

/**
 * With the tokens of a micro-batch alone (rows of its matrix products): as few samples as let attention, whose work
 * grows with the length of a sample, run no faster than the matrix products of the same trace do.
 */
function fromRates({ ops, kernels, matmulFlop }: Survey, hidden: number | null, tensor: number | null): Batch | null {
	const tokens = hidden === null ? null : rowsInto(ops, hidden);
	if (tokens === null || hidden === null || tensor === null) return null;
	if (kernels.attentionForward === 0 || matmulFlop === 0 || kernels.matmulNs === 0) return null;
	const matmulRate = matmulFlop / kernels.matmulNs;
	const attentionNs = kernels.attentionForwardNs / kernels.attentionForward;
	for (let samples = 1; samples <= tokens; samples *= 2) {
		const sequence = tokens / samples;
		if (!Number.isInteger(sequence)) return null;
		// Causal: half of two products of tokens x sequence x width.
		const flop = 2 * tokens * sequence * (hidden / tensor);
		if (flop / attentionNs <= ATTENTION_TO_MATMUL_RATE * matmulRate) return { samples, sequence };
	}
	return null;
}

function rowsInto(ops: readonly OpCount[], hidden: number): number | null {
	const rows = new Map<number, number>();
	for (const { kind, dims, count } of ops) {
		const input = dims.find((sizes) => sizes.length >= 2);
		if (kind !== OpKind.linear || input?.at(-1) !== hidden) continue;
		const tokens = input.slice(0, -1).reduce((all, size) => all * size, 1);
		if (tokens > 0) addTo(rows, tokens, count);
	}
	return mostFrequent(rows);
}
