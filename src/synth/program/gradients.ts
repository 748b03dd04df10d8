/**
 * Gradients over the data-parallel group, as Megatron's DistributedDataParallel reduces them: in buckets of parameters
 * that fill up in the order of the backward pass, in single precision; under the last backward pass or after it.
 */
import { cpu } from "../costs.js";
import type { CollectiveOp, Collectives } from "./collectives.js";
import { Stream } from "./instructions.js";
import type { Event } from "./program-builder.js";

/** Megatron's default: at least 40 million parameters, or one million for each replica. */
const BUCKET_ELEMENTS = 40e6;
const BUCKET_ELEMENTS_PER_REPLICA = 1e6;

export class GradientBuckets {
	readonly #bucketElements: number;
	readonly #reductions = new Map<number, CollectiveOp | undefined>();
	readonly #gathers = new Map<number, CollectiveOp | undefined>();
	/** Elements of the buckets of this step, in the order in which they filled. */
	#filled: number[] = [];
	#open = 0;
	#running: Event[] = [];

	constructor(readonly collectives: Collectives) {
		const { dataParallel } = collectives.program.job;
		this.#bucketElements = Math.max(BUCKET_ELEMENTS, BUCKET_ELEMENTS_PER_REPLICA * dataParallel);
	}

	/** Gradients of so many parameters are complete. */
	ready(elements: number): void {
		this.#open += elements;
		if (this.#open >= this.#bucketElements) this.#close();
	}

	/** Reduces what is left, and lets the compute stream wait for all of it. Returns the elements of each bucket. */
	finish(): readonly number[] {
		const { program } = this.collectives;
		if (this.#open > 0) this.#close();
		if (!program.job.overlapGradReduce) {
			for (const elements of this.#filled) this.collectives.callAndWait(this.#reduction(elements));
		}
		for (const event of this.#running) program.streamWait(Stream.compute, event);
		const filled = this.#filled;
		this.#filled = [];
		this.#running = [];
		return filled;
	}

	/** The updated parameters of every replica's part, ZeRO-1. */
	gatherParameters(buckets: readonly number[]): void {
		const { place } = this.collectives.program;
		for (const elements of buckets) {
			if (!this.#gathers.has(elements)) {
				const padded = this.#padded(elements);
				const spec = { name: "_allgather_base", stream: Stream.data, group: place.data, elements: padded } as const;
				this.#gathers.set(elements, this.collectives.define({ ...spec, dtype: "BFloat16" }));
			}
			this.collectives.callAndWait(this.#gathers.get(elements));
		}
	}

	#close(): void {
		const elements = this.#open;
		this.#open = 0;
		this.#filled.push(elements);
		if (!this.collectives.program.job.overlapGradReduce) return;
		const op = this.#reduction(elements);
		if (!op) return;
		this.collectives.program.cpu(cpu.python);
		this.#running.push(this.collectives.call(op));
	}

	#reduction(elements: number): CollectiveOp | undefined {
		const { job, place } = this.collectives.program;
		if (!this.#reductions.has(elements)) {
			const spec = { stream: Stream.data, group: place.data, dtype: "Float" } as const;
			const op = job.distributedOptimizer
				? this.collectives.define({ ...spec, name: "_reduce_scatter_base", elements: this.#padded(elements) })
				: this.collectives.define({ ...spec, name: "allreduce", elements });
			this.#reductions.set(elements, op);
		}
		return this.#reductions.get(elements);
	}

	/** Every replica gets the same share. */
	#padded(elements: number): number {
		const { dataParallel } = this.collectives.program.job;
		return Math.ceil(elements / dataParallel) * dataParallel;
	}
}
