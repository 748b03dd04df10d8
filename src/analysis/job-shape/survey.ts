/** One pass over the events of a rank that counts what tells of its job; later questions ask the counts. */
import { Category, type Step, type Trace } from "../../trace/columns.js";
import { classifyKernel } from "../../trace/kernel-classes.js";
import { addTo, most } from "./counts.js";
import { type Dims, parseDims } from "./dims.js";
import {
	computeKernelUse,
	headSizeOfKernel,
	isAttentionModule,
	KernelUse,
	type LayerName,
	layerName,
	OpKind,
	opKind,
	rangeKind,
} from "./names.js";

export interface OpCount {
	readonly kind: OpKind;
	readonly name: string;
	readonly dims: Dims;
	/** Calls in the step. */
	readonly count: number;
}

export interface Pass {
	readonly startNs: number;
	readonly forward: boolean;
}

export interface Survey {
	readonly trace: Trace;
	/** The last step: what the first ones do more (warm-up, compilation) is over by then. */
	readonly step: Pick<Step, "startNs" | "endNs">;
	/** Operators of the step by name and shape. */
	readonly ops: readonly OpCount[];
	/** When the first gradient is computed in the step; Infinity where none is. */
	readonly firstBackwardNs: number;
	/** Ranges of forward and backward passes in the step, in order of time. */
	readonly passes: readonly Pass[];
	/** Attention forward and backward in the step, in order of time. */
	readonly attentionPasses: readonly Pass[];
	/** Indices of the layers seen in the whole trace, by class of layer. */
	readonly layers: ReadonlyMap<string, ReadonlySet<number>>;
	readonly hasAttention: boolean;
	readonly communicates: boolean;
	readonly kernels: KernelTotals;
}

/** Over the whole trace. */
export interface KernelTotals {
	attentionForward: number;
	attentionBackward: number;
	attentionForwardNs: number;
	/** null where kernel names do not say it. */
	headSize: number | null;
	matmulNs: number;
	/** Of the operators `aten::mm` and `aten::addmm` whose sizes are known. */
	matmulFlop: number;
}

const UNSEEN = 255;

export function survey(trace: Trace): Survey {
	const { events, strings } = trace;
	const step = trace.steps.at(-1) ?? { startNs: Number.NEGATIVE_INFINITY, endNs: Number.POSITIVE_INFINITY };
	const opKinds = new Uint8Array(strings.count).fill(UNSEEN);
	const rangeKinds = new Uint8Array(strings.count).fill(UNSEEN);
	const uses = new Uint8Array(strings.count).fill(UNSEEN);
	const layerNames = new Map<number, LayerName | null>();
	const opsInStep = new Map<number, number>();
	const matmuls = new Map<number, number>();
	const layers = new Map<string, Set<number>>();
	const passes: Pass[] = [];
	const attentionPasses: Pass[] = [];
	const kernels: KernelTotals = {
		attentionForward: 0,
		attentionBackward: 0,
		attentionForwardNs: 0,
		headSize: null,
		matmulNs: 0,
		matmulFlop: 0,
	};
	let firstBackwardNs = Number.POSITIVE_INFINITY;
	let hasAttention = false;
	let communicates = trace.comms.count > 0;

	const noteLayer = (nameId: number): void => {
		let layer = layerNames.get(nameId);
		if (layer === undefined) {
			const name = strings.get(nameId);
			layer = layerName(name);
			layerNames.set(nameId, layer);
			hasAttention ||= isAttentionModule(name);
		}
		if (layer === null) return;
		const indices = layers.get(layer.className);
		if (indices) indices.add(layer.index);
		else layers.set(layer.className, new Set([layer.index]));
	};

	for (let row = 0; row < events.count; row++) {
		const nameId = events.name[row]!;
		const startNs = events.startNs[row]!;
		const inStep = startNs >= step.startNs && startNs < step.endNs;
		switch (events.category[row]) {
			case Category.cpuOp: {
				if (opKinds[nameId] === UNSEEN) opKinds[nameId] = opKind(strings.get(nameId));
				const kind = opKinds[nameId]!;
				if (kind === OpKind.none) break;
				const key = nameId * strings.count + events.shape[row]!;
				if (kind === OpKind.matmul) addTo(matmuls, key, 1);
				if (!inStep) break;
				if (kind === OpKind.forwardPass || kind === OpKind.backwardPass) {
					passes.push({ startNs, forward: kind === OpKind.forwardPass });
					break;
				}
				addTo(opsInStep, key, 1);
				if (kind === OpKind.autogradNode) firstBackwardNs = Math.min(firstBackwardNs, startNs);
				else if (kind === OpKind.attentionForward || kind === OpKind.attentionBackward) {
					hasAttention = true;
					attentionPasses.push({ startNs, forward: kind === OpKind.attentionForward });
				}
				break;
			}
			case Category.userAnnotation: {
				if (rangeKinds[nameId] === UNSEEN) rangeKinds[nameId] = rangeKind(strings.get(nameId));
				const kind = rangeKinds[nameId]!;
				if (kind !== OpKind.none && inStep) passes.push({ startNs, forward: kind === OpKind.forwardPass });
				noteLayer(nameId);
				break;
			}
			case Category.module:
				noteLayer(nameId);
				break;
			case Category.kernel: {
				if (uses[nameId] === UNSEEN) {
					const name = strings.get(nameId);
					uses[nameId] = classifyKernel(name) === "communication" ? KernelUse.communication : computeKernelUse(name);
					if (uses[nameId] === KernelUse.attentionForward) kernels.headSize ??= headSizeOfKernel(name);
				}
				switch (uses[nameId]) {
					case KernelUse.attentionForward:
						hasAttention = true;
						kernels.attentionForward++;
						kernels.attentionForwardNs += events.durNs[row]!;
						break;
					case KernelUse.attentionBackward:
						kernels.attentionBackward++;
						break;
					case KernelUse.matmul:
						kernels.matmulNs += events.durNs[row]!;
						break;
					case KernelUse.communication:
						communicates = true;
						break;
				}
				break;
			}
		}
	}

	const shapeOf = (key: number): Dims => parseDims(strings.get(key % strings.count));
	for (const [key, count] of matmuls) kernels.matmulFlop += count * matmulFlop(shapeOf(key));
	const ops = [...opsInStep].map(([key, count]) => {
		const nameId = Math.floor(key / strings.count);
		return { kind: opKinds[nameId]! as OpKind, name: strings.get(nameId), dims: shapeOf(key), count };
	});
	// Attention written out as operators: the softmax stands between two batched products.
	hasAttention ||=
		callsOf(ops, OpKind.softmax) > 0 && callsOf(ops, OpKind.batchedMatmul) >= 2 * callsOf(ops, OpKind.softmax);
	return {
		trace,
		step,
		ops,
		firstBackwardNs,
		passes: passes.sort(byTime),
		attentionPasses: attentionPasses.sort(byTime),
		layers,
		hasAttention,
		communicates,
		kernels,
	};
}

/** Calls in the step under the name that has most: names nest (`aten::softmax` calls `aten::_softmax`). */
export function callsOf(ops: readonly OpCount[], kind: OpKind): number {
	const calls = new Map<string, number>();
	for (const op of ops) if (op.kind === kind) addTo(calls, op.name, op.count);
	return most(calls.values());
}

const byTime = (a: Pass, b: Pass): number => a.startNs - b.startNs;

/** `[m, k] x [k, n]`, with a bias in front or without. */
function matmulFlop(dims: Dims): number {
	const [a, b] = dims.filter((sizes) => sizes.length === 2);
	return a && b && a[1] === b[0] ? 2 * a[0]! * a[1]! * b[1]! : 0;
}
