/**
 * Communication over the tensor group as Megatron-LM's layers do it (Shoeybi et al. 2019, arXiv 1909.08053; sequence
 * parallelism Korthikanti et al. 2022, arXiv 2205.05198), around the products of a traced segment: for targets that
 * split layers that the base run does not split, or between whose layers the sequence is split and in the run it is not.
 */
import { DTYPE_BYTES } from "../../config/schema-fields.js";
import type { CollectiveOp } from "../../cost/cost-model.js";
import { PassKind } from "../../graph/rank/labels.js";
import type { InsertedCollective, KernelEdit, KernelEdits } from "./insert.js";
import { arrayElements, type KernelWork } from "./kernel-work.js";
import type { TracedJob } from "./rescale.js";
import type { Segment } from "./segments.js";

/** Labels and tokens are 64-bit integers, sums of the loss fp32. */
const TOKEN_BYTES = 8;
const LOSS_BYTES = 4;
/** The cross entropy over a split vocabulary: the maximum, the target's logit, the sum of exponentials. */
const LOSS_SUMS = 3;

function splits({ parallel }: TracedJob): { readonly tensor: boolean; readonly sequence: boolean } {
	const tensor = parallel.tensorModelParallelSize > 1;
	return { tensor, sequence: tensor && parallel.sequenceParallel };
}

/** Whether the tensor group communicates otherwise in the target than in the base run, beyond sizes. */
export function replacesTensor(base: TracedJob, target: TracedJob): boolean {
	const [from, to] = [splits(base), splits(target)];
	return to.tensor && (!from.tensor || from.sequence !== to.sequence);
}

export interface TensorEditor {
	readonly base: TracedJob;
	readonly target: TracedJob;
	/** Nanoseconds of a collective of the target's tensor group. */
	readonly wireNs: (op: CollectiveOp, bytes: number) => number;
}

/** @param work of the segment's compute kernels, in order */
export function tensorEdits(
	{ base, target, wireNs }: TensorEditor,
	segment: Segment,
	work: ReadonlyMap<number, KernelWork>,
): KernelEdits {
	const edits = new Map<number, KernelEdit>();
	const kernels = [...work.keys()];
	const [first, last] = [kernels[0], kernels.at(-1)];
	if (first === undefined || last === undefined) return edits;
	const { sequence } = splits(target);
	const isNew = !splits(base).tensor;
	const tokens = arrayElements(target, "tokens");
	const bytes = tokens * target.model.hiddenSize * (target.parallel.dtype === "fp32" ? DTYPE_BYTES.fp32 : 2);
	const collective = (op: CollectiveOp, of: number, isAwaited: boolean): InsertedCollective => ({
		name: `tensor ${op}`,
		role: "tensor",
		bytes: of,
		wireNs: wireNs(op, of),
		isAwaited,
	});
	const edit = (kernel: number): KernelEdit => {
		const known = edits.get(kernel) ?? { before: [], after: [], awaits: false };
		edits.set(kernel, known);
		return known;
	};
	const gather = (kernel: number, isAwaited = true): void => {
		if (sequence) edit(kernel).before.push(collective("allGather", bytes, isAwaited));
	};
	const sum = (kernel: number, isAwaited = true): void => {
		edit(kernel).after.push(collective(sequence ? "reduceScatter" : "allReduce", bytes, isAwaited));
	};
	for (const [kernel, what] of work) {
		if (what.kind !== "product") continue;
		const { linear, product } = what.product;
		const isRow = linear === "projection" || linear === "second";
		if (product === "forward") {
			if (isRow) sum(kernel);
			else gather(kernel);
		} else if (product === "dgrad") {
			// The input is gathered again for the weight gradient; what it gives is summed beside that.
			gather(kernel, isRow);
			if (isRow) continue;
			edit(kernel).awaits = sequence;
			sum(kernel, false);
		} else if (!isRow) edit(kernel).awaits = true;
	}
	const isForward = segment.passKind === PassKind.forward;
	if (segment.kind === "before" && isForward) sum(last);
	if (segment.kind === "before" && !isForward) gather(first);
	if (isNew && isForward && segment.kind !== "layer") {
		edit(first).before.unshift(collective("broadcast", TOKEN_BYTES * tokens, true));
		if (segment.kind === "behind")
			for (let i = 0; i < LOSS_SUMS; i++) edit(last).after.push(collective("allReduce", LOSS_BYTES * tokens, true));
	}
	return edits;
}
