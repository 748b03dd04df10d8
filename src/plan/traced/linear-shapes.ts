/** The matrix products of a transformer on one rank, by which the products of a trace are told apart. */
import { paddedVocabSize } from "../../config/model.js";
import type { TracedJob } from "./rescale.js";

export type LinearName = "qkv" | "projection" | "first" | "second" | "output";
export type ProductName = "forward" | "dgrad" | "wgrad";

/** m x k by k x n. */
export interface ProductShape {
	readonly m: number;
	readonly n: number;
	readonly k: number;
}

export interface Product extends ProductShape {
	readonly linear: LinearName;
	readonly product: ProductName;
}

/** In the order of the forward pass. */
export const LAYER_LINEARS: readonly LinearName[] = ["qkv", "projection", "first", "second"];

export function productShape({ model, parallel }: TracedJob, linear: LinearName, product: ProductName): ProductShape {
	const { tensorModelParallelSize: tp, contextParallelSize: cp, microBatchSize } = parallel;
	const { hiddenSize: hidden, numAttentionHeads, numQueryGroups, kvChannels, ffnHiddenSize, swiglu } = model;
	const tokens = (microBatchSize * model.seqLength) / cp;
	const widths: Readonly<Record<LinearName, readonly [input: number, output: number]>> = {
		qkv: [hidden, (numAttentionHeads / tp + 2 * Math.max(1, numQueryGroups / tp)) * kvChannels],
		projection: [(numAttentionHeads * kvChannels) / tp, hidden],
		first: [hidden, (ffnHiddenSize / tp) * (swiglu ? 2 : 1)],
		second: [ffnHiddenSize / tp, hidden],
		output: [hidden, paddedVocabSize(model, tp) / tp],
	};
	const [input, output] = widths[linear];
	switch (product) {
		case "forward":
			return { m: tokens, n: output, k: input };
		case "dgrad":
			return { m: tokens, n: input, k: output };
		case "wgrad":
			return { m: output, n: input, k: tokens };
	}
}

/** By its dimensions, in any order. */
export type ProductIndex = ReadonlyMap<string, readonly Product[]>;

export function productIndex(job: TracedJob): ProductIndex {
	const index = new Map<string, Product[]>();
	for (const linear of [...LAYER_LINEARS, "output"] as const) {
		for (const product of ["forward", "dgrad", "wgrad"] as const) {
			const shape = productShape(job, linear, product);
			const key = dimensions(shape);
			index.set(key, [...(index.get(key) ?? []), { linear, product, ...shape }]);
		}
	}
	return index;
}

/** All products of a job whose dimensions are these. */
export function productsLike(index: ProductIndex, dims: ProductShape): readonly Product[] {
	return index.get(dimensions(dims)) ?? [];
}

function dimensions({ m, n, k }: ProductShape): string {
	return [m, n, k].sort((a, b) => a - b).join();
}
