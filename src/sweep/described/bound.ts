/** A time that no simulation of a configuration can fall below, from the kernels of one layer. */
import { numMicroBatches, type ParallelConfig } from "../../config/parallel.js";
import { type CostModel, costModel } from "../../cost/cost-model.js";
import { TaskKind } from "../../graph/graph.js";
import { NS_PER_MS } from "../../lib/units.js";
import { buildPlan } from "../../plan/build-plan.js";
import { layOutParts } from "../../plan/layout.js";
import { PlanCache } from "../../plan/plan-cache.js";
import type { SweepJob, SweepSpace } from "../space.js";

/** Sums of the same durations in another order differ in their last bits. */
const ROUNDING = 1 - 1e-9;

export class IterationBound {
	readonly #space: SweepSpace;
	readonly #cost: CostModel;
	readonly #cache = new PlanCache();
	readonly #layerNs = new Map<string, number>();

	constructor(space: SweepSpace) {
		const { hardware, measured } = space.inputs;
		this.#space = space;
		this.#cost = costModel(hardware, { collectives: measured });
	}

	/**
	 * The compute stream of a stage runs the kernels of all of its layers for every micro-batch. Before it can begin, the
	 * parts before it have taken a micro-batch forward; after its last backward pass they take one back. Only where
	 * weight gradients are put off may a stage still be busy then: there the pipeline's ends are not counted.
	 */
	iterationMs(job: SweepJob): number {
		const { model, parallel } = job;
		const parts = layOutParts(model, parallel);
		const hasEnds = parallel.schedule !== "zb-h1";
		const microBatches = numMicroBatches(parallel);
		const own = new Float64Array(parallel.pipelineModelParallelSize);
		for (const { stage, layers } of parts) own[stage]! += layers;
		let before = 0;
		let most = 0;
		for (let stage = 0; stage < own.length; stage++) {
			most = Math.max(most, microBatches * own[stage]! + (hasEnds ? before : 0));
			before += parts[stage]!.layers;
		}
		return (most * this.#layer(job) * ROUNDING) / NS_PER_MS;
	}

	/** Kernels of a layer's forward and backward pass: what a second layer adds to a pipeline of one stage. */
	#layer({ model, parallel }: SweepJob): number {
		const alone = oneStage(parallel);
		const key = JSON.stringify([model, alone]);
		let ns = this.#layerNs.get(key);
		if (ns === undefined) {
			ns = this.#passes(model, alone, 2) - this.#passes(model, alone, 1);
			this.#layerNs.set(key, ns);
		}
		return ns;
	}

	#passes(model: SweepJob["model"], parallel: ParallelConfig, numLayers: number): number {
		const { hardware, options } = this.#space.inputs;
		const job = { model: { ...model, numLayers }, parallel, hardware, cost: this.#cost, options };
		const { blockLibrary, programs } = buildPlan(job, { cache: this.#cache });
		const { block, microBatch } = programs[0]!;
		let sum = 0;
		block.forEach((id, item) => {
			// What belongs to no micro-batch is the optimizer's.
			if (microBatch[item]! < 0) return;
			const { kind, durationNs } = blockLibrary.blocks[id]!;
			for (let task = 0; task < kind.length; task++) if (kind[task] === TaskKind.kernel) sum += durationNs[task]!;
		});
		return sum;
	}
}

/** One micro-batch on one stage; of replicas only those that share experts. */
function oneStage({ layersPerStage: _, ...parallel }: ParallelConfig): ParallelConfig {
	const { expertModelParallelSize: ep, microBatchSize } = parallel;
	return {
		...parallel,
		pipelineModelParallelSize: 1,
		virtualPipelineSize: 1,
		schedule: parallel.schedule === "zb-h1" ? "zb-h1" : "1f1b",
		dataParallelSize: ep,
		globalBatchSize: microBatchSize * ep,
		useDistributedOptimizer: false,
		// Kernels beside collectives are slower, but not all are beside them.
		overlapGradReduce: false,
		overlapParamGather: false,
	};
}
