/** The blocks of plans whose ranks do the same work, each made when a plan first needs it. */
import type { ModelConfig } from "../config/model.js";
import type { ParallelConfig } from "../config/parallel.js";
import type { CostModel } from "../cost/cost-model.js";
import type { Block, GroupRole } from "./block.js";
import { Emitter } from "./blocks/emitter.js";
import { PartBlocks } from "./blocks/part-blocks.js";
import { type FrameworkOptions, type RankContext, rankContext } from "./blocks/rank-context.js";
import { StringTable } from "./blocks/strings.js";

/** How the work of a rank is laid out over the passes of a step; no block follows from it. */
type Pipelining = "schedule" | "virtualPipelineSize" | "layersPerStage" | "globalBatchSize";
export type WorkConfig = Omit<ParallelConfig, Pipelining>;

/** All that blocks follow from. */
export interface WorkOfRanks {
	readonly model: ModelConfig;
	readonly work: WorkConfig;
	readonly gpusPerNode: number;
	readonly options: FrameworkOptions;
	/** Roles whose groups are folded into one rank. */
	readonly folded: readonly GroupRole[];
	readonly cost: CostModel;
}

/** What of the parallelism blocks follow from. */
export function workOf(parallel: ParallelConfig): WorkConfig {
	const { schedule: _, virtualPipelineSize: __, layersPerStage: ___, globalBatchSize: ____, ...work } = parallel;
	return work;
}

export class BlockStore {
	readonly strings = new StringTable();
	readonly emitter: Emitter;
	readonly rank: RankContext;
	readonly parts: PartBlocks;
	readonly #blocks = new Map<string, Block>();

	constructor({ model, work, gpusPerNode, options, folded, cost }: WorkOfRanks) {
		this.emitter = new Emitter(cost, this.strings, new Set(folded));
		// Whatever else the parallelism says is not in the blocks, because it is not here.
		const parallel: ParallelConfig = { ...work, schedule: "1f1b", virtualPipelineSize: 1, globalBatchSize: 1 };
		this.rank = rankContext(model, parallel, options, gpusPerNode);
		this.parts = new PartBlocks(this.emitter, this.rank);
	}

	/** The block of a key that says all that `make` depends on beside the work of ranks. */
	block(key: string, make: () => Block): Block {
		let block = this.#blocks.get(key);
		if (block === undefined) {
			block = make();
			this.#blocks.set(key, block);
		}
		return block;
	}
}
