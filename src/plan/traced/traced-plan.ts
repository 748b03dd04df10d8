/** The plan of a target from the segments of a base run: which instances every rank of the target runs, in order. */
import { numMicroBatches } from "../../config/parallel.js";
import type { CollectiveOp, CostModel } from "../../cost/cost-model.js";
import { TaskKind } from "../../graph/graph.js";
import { PassKind } from "../../graph/rank/labels.js";
import type { MessagePart } from "../blocks/messages.js";
import { type Coordinates, groupRanks, rankAt } from "../coordinates.js";
import { layOutParts, type PipelinePart } from "../layout.js";
import { type ExecutionPlan, NO_MICRO_BATCH, type RankProgram } from "../program.js";
import { scheduleStage } from "../schedule/index.js";
import { StageItems } from "../stage-items.js";
import { blockingPasses, messagesOfPipeline, type StageBlocks, type StagePlace } from "../stage-passes.js";
import { type Bucket, gradientBuckets } from "./buckets.js";
import { TargetDurations } from "./durations.js";
import { type DeviceShare, deviceShares } from "./provenance.js";
import { Draws } from "./random.js";
import { activationBytes, messageLink, placementOf, type TracedJob } from "./rescale.js";
import type { Segment } from "./segments.js";
import { TracedBlocks } from "./traced-blocks.js";
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

/** Draws one instance after the other; all ranks of a tensor group draw alike. */
class StageProgram {
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
		this.#draws = new Draws(inputs.seed, at.stage, at.data);
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
		const items = new StageItems();
		items.add(this.#sequence([this.#instance(this.#anyRole("begin", role), String(stage))].flat()), []);
		const lastBackward = this.#lastBackward(schedule);
		const stageBlocks: StageBlocks = {
			pass: (pass, microBatch, chunk) =>
				this.#sequence(this.#pass(pass, chunk, lastBackward.get(chunk) === microBatch)),
			blocking: (messages) => this.#sequence([this.#exchange(messages)]),
			streamed: (message) => this.#sequence([this.#exchange([message])]),
		};
		blockingPasses(place, schedule, stageBlocks, items);
		items.add(this.#sequence(this.#tail(role)), []);
		return this.#expand(items.finish());
	}

	/** The micro-batch whose backward pass is the last of each chunk: beside it gradients are reduced. */
	#lastBackward({ pass, microBatch, chunk }: ReturnType<typeof scheduleStage>): ReadonlyMap<number, number> {
		const last = new Map<number, number>();
		pass.forEach((kind, i) => {
			if (kind === 1) last.set(chunk[i]!, microBatch[i]!);
		});
		return last;
	}

	#pass(pass: PassKind, chunk: number, isLast: boolean): number[] {
		const { parallel } = this.inputs.target;
		const stages = parallel.pipelineModelParallelSize;
		const part = this.parts[chunk * stages + this.at.stage]!;
		const forward = pass === PassKind.forward;
		const ids: number[] = [];
		const ends = {
			before: () => this.#optional(passKey(pass, "before", part.hasEmbedding), ids),
			behind: () => this.#optional(passKey(pass, "behind", part.hasHead), ids),
		};
		if (forward) ends.before();
		else ends.behind();
		const reduces = parallel.overlapGradReduce && isLast && pass === PassKind.backward;
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
			ids.push(...this.#instance(this.#pool(passKey(pass, "layer", false)), ""));
			if (!forward) reduce(layer + 1);
		}
		if (forward) ends.behind();
		else ends.before();
		if (!forward && part.hasEmbedding) reduce(part.layers + 1);
		if (!forward) reduce(Number.POSITIVE_INFINITY);
		return ids;
	}

	#optional(key: string, ids: number[]): void {
		const pool = this.inputs.blockLibrary.pools.get(key);
		if (pool) ids.push(...this.#instance(pool, ""));
	}

	#pool(key: string): readonly Instance[] {
		const pool = this.inputs.blockLibrary.pools.get(key);
		if (!pool) throw new Error(`the base run has no ${key}`);
		return pool;
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

	#instance(pool: readonly Instance[], variant: string, ...rest: [((task: number) => number)?]): number[] {
		const drawn = this.#draw(pool);
		if (!drawn) return [];
		return [this.#cut(drawn, variant, rest[0])];
	}

	#duration(task: number, segment: Segment, from: number): number | undefined {
		return this.durations.of(task, segment, { from, to: this.at.stage });
	}

	#cut({ segments, stage }: Instance, variant: string, durationOf?: (task: number) => number | undefined): number {
		const segment = segments[this.at.tensor % segments.length]!;
		return this.blocks.of(segment, variant, durationOf ?? ((task) => this.#duration(task, segment, stage)), (task) =>
			this.durations.isModelled(task),
		);
	}

	#exchange(messages: readonly MessagePart[]): number {
		const { blockLibrary, base, target, cost } = this.inputs;
		const { stage } = this.at;
		const stages = target.parallel.pipelineModelParallelSize;
		const ahead = messages.some((part) => part === "sendForward" || part === "receiveBackward");
		const link = messageLink(target, stage, (stage + (ahead ? 1 : stages - 1)) % stages);
		const wanted = cost.sendRecv(activationBytes(target), link.sameNode, link.sharing);
		const drawn = this.#draw(blockLibrary.exchangesLike(messages.join("+")));
		if (!drawn) return this.blocks.exchange(messages, wanted);
		const segment = drawn.segments[this.at.tensor % drawn.segments.length]!;
		const baseStages = base.parallel.pipelineModelParallelSize;
		const wasAhead = segment.parts[0]!.some((part) => part === "sendForward" || part === "receiveBackward");
		const was = messageLink(base, drawn.stage, (drawn.stage + (wasAhead ? 1 : baseStages - 1)) % baseStages);
		// The links of a node tell nothing of the network: what moves to the other takes the model's time.
		const ratio = wanted / cost.sendRecv(activationBytes(base), was.sameNode, was.sharing);
		const isModelled = was.sameNode !== link.sameNode;
		const wireNs = (measured: number): number => (isModelled ? wanted : measured * ratio);
		const { kind, durationNs } = blockLibrary.graph;
		return this.blocks.of(
			segment,
			`${messages.join("+")} ${isModelled} ${wanted}`,
			(task) => {
				const isWire = kind[task] === TaskKind.transfer || kind[task] === TaskKind.comm;
				return isWire ? Math.round(wireNs(durationNs[task]!)) : this.#duration(task, segment, drawn.stage);
			},
			(task) => isModelled && blockLibrary.factsOf(task) !== undefined,
			[messages],
		);
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
		const level = this.durations.dataLevel(measured, op);
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

export interface TracedPlan extends ExecutionPlan {
	readonly provenance: readonly DeviceShare[];
}

/** @returns a plan with all ranks of `replicas` replicas. */
export function tracedPlan(inputs: TracedPlanInputs): TracedPlan {
	const { target, blockLibrary, cost, replicas } = inputs;
	const { model, parallel } = target;
	const stages = parallel.pipelineModelParallelSize;
	const parts = layOutParts(model, parallel);
	const blocks = new TracedBlocks(blockLibrary, target, cost);
	const durations = new TargetDurations(blockLibrary, inputs.base, target, cost);
	const ranks: Coordinates[] = [];
	for (let stage = 0; stage < stages; stage++)
		for (let data = 0; data < replicas; data++)
			for (let tensor = 0; tensor < parallel.tensorModelParallelSize; tensor++)
				ranks.push({ tensor, context: 0, data, stage });
	const { groupsOf, groupSize } = groupRanks(parallel, ranks);
	const messages = messagesOfPipeline(parts.length, numMicroBatches(parallel));
	const perStage = ranks.length / stages;
	const programs = ranks.map((at, r): RankProgram => {
		const own = parts.filter(({ stage }) => stage === at.stage).reverse();
		const program = new StageProgram(inputs, blocks, durations, at, parts, gradientBuckets(model, parallel, own)).run();
		const shift = (r % perStage) * messages;
		return {
			rank: rankAt(parallel, at),
			stage: at.stage,
			deviceName: inputs.deviceName,
			replicas: parallel.dataParallelSize / replicas,
			...program,
			message: program.message.map((id) => id + shift),
			group: groupsOf[r]!,
		};
	});
	const plan = { blockLibrary: blocks.finish(), programs, messageCount: messages * perStage, groupSize };
	return { ...plan, provenance: deviceShares(plan, blocks.sources) };
}
