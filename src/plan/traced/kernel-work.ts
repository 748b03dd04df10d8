/** What a compute kernel of the base run works on: which product, which attention, how many numbers. */
import type { ExecutionGraph } from "../../graph/graph.js";
import { TaskKind } from "../../graph/graph.js";
import { PassKind } from "../../graph/rank/labels.js";
import { LAYER_LINEARS, type Product, type ProductIndex, productsLike } from "./linear-shapes.js";
import type { TracedJob } from "./rescale.js";
import type { Segment } from "./segments.js";

/** Arrays that kernels go over, by their elements on one rank. */
export type ArrayName = "hidden" | "ffn" | "logits" | "tokens" | "qkv";

export type KernelWork =
	| { readonly kind: "product"; readonly product: Product }
	| { readonly kind: "attention"; readonly direction: "forward" | "backward" }
	| { readonly kind: "array"; readonly array: ArrayName };

const ATTENTION = /flash|fmha|attention/i;
const BACKWARD = /bwd|backward/i;
const PRODUCT = /gemm|cutlass|xmma|nvjet|cublas|Cijk|wgmma/i;

export function isAttentionForward(name: string): boolean {
	return ATTENTION.test(name) && !BACKWARD.test(name);
}

export function arrayElements({ model, parallel }: TracedJob, array: ArrayName): number {
	const { tensorModelParallelSize: tp, contextParallelSize: cp, microBatchSize, sequenceParallel } = parallel;
	const tokens = (microBatchSize * model.seqLength) / cp;
	switch (array) {
		case "hidden":
			return (tokens * model.hiddenSize) / (sequenceParallel ? tp : 1);
		case "ffn":
			return (tokens * model.ffnHiddenSize) / tp;
		case "logits":
			return (tokens * model.vocabSize) / tp;
		case "qkv":
			return (tokens * model.numAttentionHeads * model.kvChannels) / tp;
		case "tokens":
			return tokens;
	}
}

/** A traced job with its products by their dimensions. */
export interface ShapedJob {
	readonly job: TracedJob;
	readonly products: ProductIndex;
}

/**
 * Of every kernel of a segment, in order.
 * @param recomputed tasks of a backward pass that belong to the forward pass
 */
export function kernelWork(
	graph: ExecutionGraph,
	base: ShapedJob,
	segment: Segment,
	recomputed: ReadonlySet<number>,
): Map<number, KernelWork> {
	const work = new Map<number, KernelWork>();
	/** Products so far, of the forward pass and of the backward pass. */
	const nth = [0, 0];
	for (const task of segment.tasks) {
		if (graph.kind[task] !== TaskKind.kernel) continue;
		const name = graph.strings[graph.name[task]!]!;
		const shape = graph.strings[graph.shape[task]!]!;
		if (ATTENTION.test(name)) {
			work.set(task, { kind: "attention", direction: BACKWARD.test(name) ? "backward" : "forward" });
			continue;
		}
		const isForward = segment.passKind === PassKind.forward || recomputed.has(task);
		const turn = isForward ? 0 : 1;
		const dims = operands(shape);
		const product = PRODUCT.test(name) ? productOf(base, segment, isForward, dims, nth[turn]!) : undefined;
		if (product) {
			nth[turn]!++;
			work.set(task, { kind: "product", product });
		} else work.set(task, { kind: "array", array: arrayOf(base.job, segment, name, dims) });
	}
	return work;
}

/** Sizes of the first operands of the operator, of `… of [[a, b], [b, c]]`. */
function operands(shape: string): number[][] {
	const at = shape.indexOf("[[");
	if (at < 0) return [];
	return [...shape.slice(at + 1).matchAll(/\[([\d, ]*)\]/g)].map(([, sizes]) =>
		sizes!.split(",").filter(Boolean).map(Number),
	);
}

/**
 * Where several products have these dimensions, the one whose turn it is: forward in the order of the layer, backward in
 * the opposite order, input gradient and weight gradient of each in turn.
 */
function productOf(
	{ products }: ShapedJob,
	segment: Segment,
	forward: boolean,
	dims: number[][],
	nth: number,
): Product | undefined {
	const [left, right] = dims.filter((sizes) => sizes.length >= 2);
	if (!left || !right) return undefined;
	const k = left.at(-1)!;
	const m = left.slice(0, -1).reduce((all, size) => all * size, 1);
	const n = right.reduce((all, size) => all * size, 1) / k;
	const found = productsLike(products, { m, n, k });
	const fits = found.filter(({ linear, product }) => (product === "forward") === forward && inPlace(segment, linear));
	const due = forward ? LAYER_LINEARS[nth] : LAYER_LINEARS[LAYER_LINEARS.length - 1 - (nth >> 1)];
	const dueProduct = forward ? "forward" : nth % 2 === 0 ? "dgrad" : "wgrad";
	return (
		fits.find(({ linear, product }) => linear === due && product === dueProduct) ??
		fits.find(({ linear }) => linear === due) ??
		fits.find(({ product }) => product === dueProduct) ??
		fits[0] ??
		found[0]
	);
}

function inPlace({ kind }: Segment, linear: string): boolean {
	return kind === "layer" ? linear !== "output" : linear === "output";
}

function arrayOf(base: TracedJob, segment: Segment, name: string, dims: number[][]): ArrayName {
	const elements = dims[0]?.reduce((all, size) => all * size, 1);
	if (/gelu|silu|swiglu|relu|geglu/i.test(name)) return "ffn";
	if (/norm/i.test(name)) return "hidden";
	if (segment.kind === "behind") {
		if (elements === arrayElements(base, "tokens")) return "tokens";
		return "logits";
	}
	const named = (["hidden", "ffn", "qkv"] as const).find((array) => arrayElements(base, array) === elements);
	return segment.kind === "layer" ? (named ?? "hidden") : "hidden";
}
