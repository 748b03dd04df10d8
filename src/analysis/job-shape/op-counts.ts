/** What the operators and ranges of a trace's CPU side are for, counted by name and shape. */
import type { Step, Trace } from "../../trace/columns.js";
import { addTo, most } from "./counts.js";
import { type Dims, parseDims } from "./dims.js";
import { OpKind, opKind, rangeKind } from "./names.js";

export interface OpCount {
	readonly kind: OpKind;
	readonly name: string;
	readonly dims: Dims;
	/** Calls in the step. */
	readonly count: number;
}

export interface Pass {
	readonly startNs: number;
	readonly endNs: number;
	readonly forward: boolean;
}

const UNSEEN = 255;

export class OpCounts {
	/** When the first gradient is computed in the step; Infinity where none is. */
	firstBackwardNs = Number.POSITIVE_INFINITY;
	/** Ranges of forward and backward passes in the step. */
	readonly passes: Pass[] = [];
	/** Attention forward and backward in the step. */
	readonly attentionPasses: Pass[] = [];
	readonly #kinds: Uint8Array;
	readonly #rangeKinds: Uint8Array;
	readonly #inStep = new Map<number, number>();
	readonly #matmuls = new Map<number, number>();

	constructor(
		private readonly trace: Trace,
		private readonly step: Pick<Step, "startNs" | "endNs">,
	) {
		this.#kinds = new Uint8Array(trace.strings.count).fill(UNSEEN);
		this.#rangeKinds = this.#kinds.slice();
	}

	add(row: number): void {
		const { name, shape, startNs } = this.trace.events;
		const kind = this.#kindOf(name[row]!);
		if (kind === OpKind.none) return;
		const key = name[row]! * this.trace.strings.count + shape[row]!;
		if (kind === OpKind.matmul) addTo(this.#matmuls, key, 1);
		if (startNs[row]! < this.step.startNs || startNs[row]! >= this.step.endNs) return;
		addTo(this.#inStep, key, 1);
		switch (kind) {
			case OpKind.forwardPass:
			case OpKind.backwardPass:
				this.passes.push(this.#pass(row, kind === OpKind.forwardPass));
				break;
			case OpKind.attentionForward:
			case OpKind.attentionBackward:
				this.attentionPasses.push(this.#pass(row, kind === OpKind.attentionForward));
				break;
			case OpKind.autogradNode:
				this.firstBackwardNs = Math.min(this.firstBackwardNs, startNs[row]!);
				break;
		}
	}

	/** An annotation: people name those after all sorts of things, so that it only counts as a pass. */
	addRange(row: number): void {
		const { name, startNs } = this.trace.events;
		const nameId = name[row]!;
		if (this.#rangeKinds[nameId] === UNSEEN) this.#rangeKinds[nameId] = rangeKind(this.trace.strings.get(nameId));
		const kind = this.#rangeKinds[nameId];
		if (kind === OpKind.none || startNs[row]! < this.step.startNs || startNs[row]! >= this.step.endNs) return;
		this.passes.push(this.#pass(row, kind === OpKind.forwardPass));
	}

	/** By name and shape. */
	inStep(): OpCount[] {
		const { strings } = this.trace;
		return [...this.#inStep].map(([key, count]) => {
			const nameId = Math.floor(key / strings.count);
			return { kind: this.#kindOf(nameId), name: strings.get(nameId), dims: this.#dims(key), count };
		});
	}

	/** Of the matrix products in the whole trace whose sizes are known. */
	matmulFlop(): number {
		let flop = 0;
		for (const [key, count] of this.#matmuls) flop += count * matmulFlop(this.#dims(key));
		return flop;
	}

	#kindOf(nameId: number): OpKind {
		if (this.#kinds[nameId] === UNSEEN) this.#kinds[nameId] = opKind(this.trace.strings.get(nameId));
		return this.#kinds[nameId] as OpKind;
	}

	#dims(key: number): Dims {
		return parseDims(this.trace.strings.get(key % this.trace.strings.count));
	}

	#pass(row: number, forward: boolean): Pass {
		const { startNs, durNs } = this.trace.events;
		return { startNs: startNs[row]!, endNs: startNs[row]! + durNs[row]!, forward };
	}
}

/** Calls in the step under the name that has most: names nest (`aten::softmax` calls `aten::_softmax`). */
export function callsOf(ops: readonly OpCount[], kind: OpKind): number {
	const calls = new Map<string, number>();
	for (const op of ops) if (op.kind === kind) addTo(calls, op.name, op.count);
	return most(calls.values());
}

/** `[m, k] x [k, n]`, with a bias in front or without. */
function matmulFlop(dims: Dims): number {
	const [a, b] = dims.filter((sizes) => sizes.length === 2);
	return a && b && a[1] === b[0] ? 2 * a[0]! * a[1]! * b[1]! : 0;
}
