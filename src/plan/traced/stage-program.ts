/** What one rank of a target runs: the passes of its schedule, each from instances of the base run's segments. */
import { numMicroBatches } from "../../config/parallel.js";
import type { CollectiveOp, CostModel } from "../../cost/cost-model.js";
import { TaskKind } from "../../graph/graph.js";
import { PassKind } from "../../graph/rank/labels.js";
import type { MessagePart } from "../blocks/messages.js";
import type { Coordinates } from "../coordinates.js";
import type { PipelinePart } from "../layout.js";
import { NO_MICRO_BATCH } from "../program.js";
import { scheduleStage } from "../schedule/index.js";
import { StageItems } from "../stage-items.js";
import { blockingPasses, interleavedPasses, type StageBlocks, type StagePlace } from "../stage-passes.js";
import type { Bucket } from "./buckets.js";
import { cutExchange } from "./cut-exchange.js";
import type { TargetDurations } from "./durations.js";
import { NO_EDITS } from "./insert.js";
import { Draws } from "./random.js";
import { placementOf, type TracedJob } from "./rescale.js";
import type { Segment } from "./segments.js";
import type { CutHow, TracedBlocks } from "./traced-blocks.js";
import { type Instance, passKey, stageRole, type Tail, type TracedLibrary } from "./traced-library.js";

export interface TracedPlanInputs {
	readonly blockLibrary: TracedLibrary;
	readonly base: TracedJob;
	readonly target: TracedJob;
	readonly cost: CostModel;
	/** Fixes which instances are drawn. */
	readonly seed: number;
	/** Replicas that are simulated one by one; each stands for its share of all. */
	readonly replicas: number;
	readonly deviceName: string;
}

/** Draws one instance after the other; all ranks that a tensor group of the run stands for draw alike. */
export class StageProgram {
	readonly #sequences: number[][] = [];
	readonly #draws: Draws;

	constructor(
		readonly inputs: TracedPlanInputs,
		readonly blocks: TracedBlocks,
		readonly durations: TargetDurations,
		readonly at: Coordinates,
		readonly parts: readonly PipelinePart[],
		readonly buckets: readonly Bucket[],
	) {
		// Ranks that no collective of the run ties together draw each for itself.
		const together = Math.floor(at.tensor / inputs.base.parallel.tensorModelParallelSize);
		this.#draws = new Draws(inputs.seed, at.stage, at.data, together);
	}

	run(): ReturnType<StageItems["finish"]> {
		const { target } = this.inputs;
		const { parallel } = target;
		const { pipelineModelParallelSize: stages, virtualPipelineSize: chunks, schedule: name } = parallel;
		const microBatches = numMicroBatches(parallel);
		const { stage } = this.at;
		const schedule = scheduleStage(name, { stages, chunks, microBatches }, stage);
		const place: StagePlace = { stage, stages, parts: stages * chunks, microBatches };
		const role = stageRole(stage === 0, stage === stages - 1);
		const items = new StageItems(schedule.pass.length);
		items.add(this.#sequence([this.#instance(this.#anyRole("begin", role), String(stage))].flat()), []);
		const lastBackward = this.#lastBackward(schedule);
		const stageBlocks: StageBlocks = {
			pass: (pass, microBatch, chunk) =>
				this.#sequence(this.#pass(pass, chunk, lastBackward.get(chunk) === microBatch)),
			blocking: (messages) => this.#sequence([this.#exchange(messages)]),
			streamed: (message) => this.#sequence([this.#exchange([message])]),
		};
		(chunks > 1 ? interleavedPasses : blockingPasses)(place, schedule, stageBlocks, items);
		items.add(this.#sequence(this.#tail(role)), []);
		return this.#expand(items.finish());
	}

	/** The micro-batch whose backward (or weight) pass is the last of each chunk: beside it gradients are reduced. */
	#lastBackward({ pass, microBatch, chunk }: ReturnType<typeof scheduleStage>): ReadonlyMap<number, number> {
		const last = new Map<number, number>();
		pass.forEach((kind, i) => {
			if (kind !== PassKind.forward) last.set(chunk[i]!, microBatch[i]!);
		});
		return last;
	}

	#pass(pass: PassKind, chunk: number, isLast: boolean): number[] {
		const { parallel } = this.inputs.target;
		const stages = parallel.pipelineModelParallelSize;
		const part = this.parts[chunk * stages + this.at.stage]!;
		const forward = pass === PassKind.forward;
		const ids: number[] = [];
		const put = (kind: "before" | "layer" | "behind", isEnd: boolean): void => {
			ids.push(...this.#segment(pass, kind, isEnd));
		};
		if (forward) put("before", part.hasEmbedding);
		else put("behind", part.hasHead);
		const givesGradients = parallel.schedule === "zb-h1" ? PassKind.weight : PassKind.backward;
		const reduces = parallel.overlapGradReduce && isLast && pass === givesGradients;
		const own = this.parts.filter(({ stage }) => stage === this.at.stage).indexOf(part);
		// Chunks run backward from the last to the first.
		const order = parallel.virtualPipelineSize - 1 - own;
		const reduce = (layers: number): void => {
			if (!reduces) return;
			for (const bucket of this.buckets)
				if (bucket.part === order && bucket.afterLayers === layers) ids.push(...this.#reduction(bucket, false));
		};
		if (!forward) reduce(0);
		for (let layer = 0; layer < part.layers; layer++) {
			put("layer", false);
			if (!forward) reduce(layer + 1);
		}
		if (forward) put("behind", part.hasHead);
		else put("before", part.hasEmbedding);
		if (!forward && part.hasEmbedding) reduce(part.layers + 1);
		if (!forward) reduce(Number.POSITIVE_INFINITY);
		return ids;
	}

	/** A piece of a pass; what the base run has in one pass and the target in two is taken apart. */
	#segment(pass: PassKind, kind: "before" | "layer" | "behind", isEnd: boolean): number[] {
		const { pools, recompute } = this.inputs.blockLibrary;
		const { schedule, recompute: wanted } = this.inputs.target.parallel;
		const isSplit = schedule === "zb-h1" && pass !== PassKind.forward;
		const pool = pools.get(passKey(isSplit ? PassKind.backward : pass, kind, isEnd));
		if (!pool) {
			if (kind === "layer") throw new Error(`the base run has no ${passKey(pass, kind, isEnd)}`);
			return [];
		}
		const again =
			kind === "layer" && pass === PassKind.backward && recompute !== wanted && wanted !== "none"
				? this.#recomputed(wanted)
				: [];
		const drawn = this.#draw(pool)!;
		if (pass === PassKind.weight) {
			const segment = this.#segmentOf(drawn);
			const kernels = this.durations.weightGradients(segment);
			const named = kernels.map((task) => [task, this.#duration(task, segment, drawn.stage)!] as const);
			return kernels.length > 0 ? [this.blocks.kernels(segment, "weight gradients", named)] : [];
		}
		if (!isSplit) return [...again, this.#cut(drawn, "")];
		const segment = this.#segmentOf(drawn);
		const later = new Set(this.durations.weightGradients(segment));
		const without = (task: number) => (later.has(task) ? undefined : this.#duration(task, segment, drawn.stage));
		return [...again, this.#cut(drawn, "without weight gradients", without)];
	}

	/** A forward pass through a layer, or its attention alone, on the thread of the backward pass. */
	#recomputed(wanted: "selective" | "full"): number[] {
		const { pools, lanes } = this.inputs.blockLibrary;
		const drawn = this.#draw(pools.get(passKey(PassKind.forward, "layer", false)) ?? []);
		if (!drawn) return [];
		const segment = this.#segmentOf(drawn);
		const duration = (task: number) => this.#duration(task, segment, drawn.stage);
		const attention = wanted === "selective" ? this.durations.attentionForward(segment) : undefined;
		const of = attention ? (task: number) => (attention.has(task) ? duration(task) : undefined) : duration;
		const onBackwardThread = (processor: number): number => {
			const lane = lanes.laneOf(processor);
			return lane === lanes.main ? lanes.backward : lane;
		};
		const how = attention ? { edits: NO_EDITS, laneOf: onBackwardThread } : { laneOf: onBackwardThread };
		return [this.#cut(drawn, `again ${wanted}`, of, how)];
	}

	#anyRole(kind: string, role: string): readonly Instance[] {
		const { pools } = this.inputs.blockLibrary;
		for (const each of [role, "only", "middle", "last", "first"]) {
			const pool = pools.get(`${kind} ${each}`);
			if (pool) return pool;
		}
		return [];
	}

	/** The same draw on every rank of the tensor group. */
	#draw<T>(pool: readonly T[]): T | undefined {
		return pool[this.#draws.below(pool.length)];
	}

	#instance(pool: readonly Instance[], variant: string): number[] {
		const drawn = this.#draw(pool);
		return drawn ? [this.#cut(drawn, variant)] : [];
	}

	#duration(task: number, segment: Segment, from: number): number | undefined {
		return this.durations.of(task, segment, { from, to: this.at.stage });
	}

	#segmentOf({ segments }: Instance): Segment {
		return segments[this.at.tensor % segments.length]!;
	}

	#cut(drawn: Instance, variant: string, durationOf?: (task: number) => number | undefined, how: CutHow = {}): number {
		const segment = this.#segmentOf(drawn);
		return this.blocks.of(
			segment,
			variant,
			durationOf ?? ((task) => this.#duration(task, segment, drawn.stage)),
			(task) => this.durations.isModelled(task),
			{ edits: this.durations.editsOf(segment), ...how },
		);
	}

	#exchange(messages: readonly MessagePart[]): number {
		const drawn = this.#draw(this.inputs.blockLibrary.exchangesLike(messages.join("+")));
		const cut = { inputs: this.inputs, blocks: this.blocks, durations: this.durations, stage: this.at.stage };
		return cutExchange(cut, messages, drawn && { segment: this.#segmentOf(drawn), stage: drawn.stage });
	}

	#reduction({ elements }: Bucket, awaited: boolean): number[] {
		const { parallel } = this.inputs.target;
		const op = parallel.useDistributedOptimizer ? "reduceScatter" : "allReduce";
		// Megatron-LM reduces in the precision of its gradient buffers.
		return this.#data(op, elements * 4, "reduce gradients", awaited);
	}

	#data(op: CollectiveOp, bytes: number, name: string, awaited: boolean): number[] {
		const { blockLibrary, target, cost } = this.inputs;
		const { kind } = blockLibrary.graph;
		if (placementOf("data", target).size < 2) return [];
		const measured = blockLibrary.pools.get(`data ${op}`);
		if (!measured) {
			const wireNs = cost.collective(op, bytes, placementOf("data", target));
			return [this.blocks.collective({ name, role: "data", bytes, wireNs, awaited })];
		}
		const level = this.durations.levels.of("data", op);
		const ns = Math.round(cost.collective(op, bytes, placementOf("data", target)) * level);
		const drawn = this.#draw(measured)!;
		return [
			this.#cut(drawn, `${bytes} ${ns}`, (task) =>
				kind[task] === TaskKind.transfer || kind[task] === TaskKind.comm
					? ns
					: this.#duration(task, drawn.segments[0]!, drawn.stage),
			),
		];
	}

	/** Behind the last pass: pieces of the base run, its reductions and gathers by those of the target. */
	#tail(role: string): number[] {
		const { blockLibrary, target } = this.inputs;
		const { parallel } = target;
		const tail = this.#tailOf(blockLibrary, role);
		const ids: number[] = [];
		if (!parallel.overlapGradReduce) for (const bucket of this.buckets) ids.push(...this.#reduction(bucket, true));
		const pieces = tail.filter(({ segments }) => segments[0]!.kind === "tail");
		pieces.forEach((piece, i) => {
			if (i === pieces.length - 1 && i > 0 && parallel.useDistributedOptimizer) this.#gathers(ids);
			ids.push(this.#cut(piece, String(this.at.stage)));
		});
		return ids;
	}

	#gathers(ids: number[]): void {
		for (const { elements } of this.buckets)
			ids.push(...this.#data("allGather", elements * 2, "gather parameters", true));
	}

	#tailOf(blockLibrary: TracedLibrary, role: string): Tail {
		for (const each of [role, "only", "middle", "last", "first"]) {
			const tails = blockLibrary.tails.get(each);
			if (tails) return this.#draw(tails)!;
		}
		return [];
	}

	#sequence(ids: number[]): number {
		return this.#sequences.push(ids) - 1;
	}

	#expand(items: ReturnType<StageItems["finish"]>): ReturnType<StageItems["finish"]> {
		const block: number[] = [];
		const microBatch: number[] = [];
		const chunk: number[] = [];
		items.block.forEach((sequence, i) => {
			for (const id of this.#sequences[sequence]!) {
				block.push(id);
				microBatch.push(items.microBatch[i] ?? NO_MICRO_BATCH);
				chunk.push(items.chunk[i]!);
			}
		});
		return {
			block: Uint32Array.from(block),
			message: items.message,
			microBatch: Int32Array.from(microBatch),
			chunk: Int32Array.from(chunk),
		};
	}
}
