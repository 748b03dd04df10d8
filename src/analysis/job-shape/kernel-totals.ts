/** What the kernels of a trace are for, counted and timed over the whole trace. */
import type { Trace } from "../../trace/columns.js";
import { classifyKernel } from "../../trace/kernel-classes.js";
import { computeKernelUse, headSizeOfKernel, KernelUse } from "./names.js";

const UNSEEN = 255;

export interface KernelCounts {
	attentionForward: number;
	attentionBackward: number;
	attentionForwardNs: number;
	matmulNs: number;
	communication: number;
	/** null where kernel names do not say it. */
	headSize: number | null;
}

export class KernelTotals {
	readonly counts: KernelCounts = {
		attentionForward: 0,
		attentionBackward: 0,
		attentionForwardNs: 0,
		matmulNs: 0,
		communication: 0,
		headSize: null,
	};
	readonly #uses: Uint8Array;

	constructor(private readonly trace: Trace) {
		this.#uses = new Uint8Array(trace.strings.count).fill(UNSEEN);
	}

	add(row: number): void {
		const { name, durNs } = this.trace.events;
		switch (this.#useOf(name[row]!)) {
			case KernelUse.attentionForward:
				this.counts.attentionForward++;
				this.counts.attentionForwardNs += durNs[row]!;
				break;
			case KernelUse.attentionBackward:
				this.counts.attentionBackward++;
				break;
			case KernelUse.matmul:
				this.counts.matmulNs += durNs[row]!;
				break;
			case KernelUse.communication:
				this.counts.communication++;
				break;
		}
	}

	#useOf(nameId: number): number {
		const known = this.#uses[nameId]!;
		if (known !== UNSEEN) return known;
		const name = this.trace.strings.get(nameId);
		const use = classifyKernel(name) === "communication" ? KernelUse.communication : computeKernelUse(name);
		if (use === KernelUse.attentionForward) this.counts.headSize ??= headSizeOfKernel(name);
		this.#uses[nameId] = use;
		return use;
	}
}
