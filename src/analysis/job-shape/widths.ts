/** Widths inside a layer and rows of the vocabulary, as one rank of a tensor group holds them. */
import { mostCommon } from "./finding.js";
import { OpKind } from "./names.js";
import type { Survey } from "./survey.js";
import { vocabularyEmbedding } from "./tokens.js";

export interface FeedForward {
	/** Width inside the MLP, of one rank. */
	readonly ffn: number;
	/** The first matrix of the MLP is twice as wide. */
	readonly swiglu: boolean;
	/** Size of an attention head; null where no attention with shapes is seen. */
	readonly headSize: number | null;
}

/** From the matrix products that lead to and from vectors of the hidden size; null where none are recorded. */
export function feedForward(surveys: readonly Survey[], hidden: number): FeedForward | null {
	const vocabulary = vocabularyRows(surveys);
	const found = surveys.map(({ ops }) => {
		// Where layers are seen, their gradients' products need not be told apart from them.
		const wanted = ops.some(({ kind, dims }) => kind === OpKind.linear && dims.length > 1)
			? OpKind.linear
			: OpKind.matmul;
		const into: number[] = [];
		const outOf: number[] = [];
		for (const { kind, dims } of ops) {
			if (kind !== wanted) continue;
			const [input, weight] = dims.filter((sizes) => sizes.length >= 2);
			if (weight?.length !== 2 || input === undefined) continue;
			const inner = input.at(-1)!;
			const other = weight[0] === inner ? weight[1]! : weight[1] === inner ? weight[0]! : undefined;
			if (other === undefined || other === vocabulary || inner === vocabulary) continue;
			if (inner === hidden) into.push(other);
			if (other === hidden) outOf.push(inner);
		}
		// What leads both in and out, or in at twice the width, is the MLP; the widest of them, attention is narrower.
		const gated = outOf.filter((width) => into.includes(2 * width) && !into.includes(width));
		const plain = outOf.filter((width) => into.includes(width));
		const ffn = Math.max(0, ...plain, ...gated);
		return ffn === 0 ? null : `${ffn} ${gated.includes(ffn)}`;
	});
	const [ffn, swiglu] = mostCommon(found)?.split(" ") ?? [];
	if (ffn === undefined) return null;
	return { ffn: Number(ffn), swiglu: swiglu === "true", headSize: headSize(surveys) };
}

function headSize(surveys: readonly Survey[]): number | null {
	const ofOps = surveys.flatMap(({ ops }) =>
		ops
			.filter(({ kind, dims }) => kind === OpKind.attentionForward && (dims[0]?.length ?? 0) >= 3)
			.map(({ dims }) => dims[0]!.at(-1)!),
	);
	return mostCommon(ofOps) ?? mostCommon(surveys.map(({ kernels }) => kernels.headSize));
}

/** Rows of the embedding on one rank. */
export function vocabularyRows(surveys: readonly Survey[]): number | null {
	return mostCommon(surveys.map(({ ops }) => vocabularyEmbedding(ops)?.dims[0]?.[0]));
}
