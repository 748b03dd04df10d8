/** The blocks that the stages of a plan run, numbered as the stages come to need them. */
import type { ParallelConfig } from "../config/parallel.js";
import type { Block } from "./block.js";
import type { BlockStore } from "./block-store.js";
import { blockingMessages, type MessagePart, messageNs, streamedMessage } from "./blocks/messages.js";
import { optimizerStep } from "./blocks/optimizer.js";
import { stepBegin, stepEnd } from "./blocks/step.js";
import type { PipelinePart } from "./layout.js";
import { numberedItems } from "./numbered-items.js";
import type { ParameterCount } from "./parameters.js";
import { Pass } from "./schedule/index.js";
import type { Need, StageScript } from "./stage-script.js";

export class PlanLibrary {
	readonly blocks: Block[] = [];
	readonly #store: BlockStore;
	readonly #parallel: ParallelConfig;
	readonly #parts: readonly PipelinePart[];
	readonly #ids = new Map<Block, number>();

	constructor(store: BlockStore, parallel: ParallelConfig, parts: readonly PipelinePart[]) {
		this.#store = store;
		this.#parallel = parallel;
		this.#parts = parts;
	}

	/** The block of every item of a stage's script. */
	blocksOf(script: StageScript, stage: number): Uint32Array {
		const ids = script.needs.map((one) => this.#idOf(this.#blockOf(one, stage)));
		return numberedItems(script, ids);
	}

	#idOf(block: Block): number {
		let id = this.#ids.get(block);
		if (id === undefined) {
			id = this.blocks.push(block) - 1;
			this.#ids.set(block, id);
		}
		return id;
	}

	#blockOf(need: Need, stage: number): Block {
		switch (need.what) {
			case "begin":
				return this.#begin();
			case "end":
				return this.#optimizer(stage);
			case "pass":
				return this.#pass(need, stage);
			case "blocking":
				return this.#blocking(need.parts, stage);
			case "streamed":
				return this.#streamed(need.part, stage);
		}
	}

	#begin(): Block {
		const { emitter } = this.#store;
		return this.#store.block("step begin", () => {
			stepBegin(emitter);
			return emitter.finish("step begin");
		});
	}

	/** Parts of a pipeline with as many layers and the same ends share their blocks. */
	#pass({ pass, chunk, splits, awaitsMessage, besideData }: Need & { what: "pass" }, stage: number): Block {
		const part = this.#parts[chunk * this.#parallel.pipelineModelParallelSize + stage]!;
		const { layers, hasEmbedding, hasHead } = part;
		const variant = { awaitsMessage, besideData };
		const isFirst = besideData && part.part === 0;
		const key = JSON.stringify([pass, splits, layers, hasEmbedding, hasHead, variant, isFirst]);
		return this.#store.block(key, () => {
			const { parts } = this.#store;
			if (pass === Pass.forward) return parts.forward(part, variant);
			const half = pass === Pass.weight ? "weight" : splits ? "input" : "all";
			return parts.backward(part, half, variant);
		});
	}

	#blocking(parts: readonly MessagePart[], stage: number): Block {
		const { emitter, rank } = this.#store;
		const name = parts.join(" ");
		const wireNs = Math.max(...parts.map((part) => this.#wireNs(part, stage)));
		return this.#store.block(`blocking ${name} ${wireNs}`, () => {
			blockingMessages(emitter, rank, parts, wireNs);
			return emitter.finish(name);
		});
	}

	#streamed(part: MessagePart, stage: number): Block {
		const { emitter, rank } = this.#store;
		const wireNs = this.#wireNs(part, stage);
		return this.#store.block(`streamed ${part} ${wireNs}`, () => {
			streamedMessage(emitter, rank, part, wireNs);
			return emitter.finish(part);
		});
	}

	/** With several chunks a stage, the last stage sends to the first. */
	#wireNs(part: MessagePart, stage: number): number {
		const isAhead = part === "sendForward" || part === "receiveBackward";
		const stages = this.#parallel.pipelineModelParallelSize;
		return messageNs(this.#store.emitter, this.#store.rank, stage, (stage + (isAhead ? 1 : stages - 1)) % stages);
	}

	#optimizer(stage: number): Block {
		const { emitter, rank, parts } = this.#store;
		const stages = this.#parallel.pipelineModelParallelSize;
		const own = this.#parts.filter((part) => part.stage === stage);
		const counts = own.map((part) => parts.parameters(part));
		const sum = (pick: (count: ParameterCount) => number): number =>
			counts.reduce((all, count) => all + pick(count), 0);
		const isTied = !rank.model.untieEmbeddingsAndOutputWeights && stages > 1;
		const sharesTable = isTied && own.some(({ hasEmbedding, hasHead }) => hasEmbedding || hasHead);
		const layers = own.reduce((all, part) => all + part.layers, 0);
		const stageParameters = {
			dense: sum(({ dense }) => dense),
			expert: sum(({ expert }) => expert),
			layers,
			sharesTable,
		};
		return this.#store.block(`optimizer ${JSON.stringify(stageParameters)}`, () => {
			optimizerStep(emitter, rank, stageParameters);
			stepEnd(emitter);
			return emitter.finish("optimizer step");
		});
	}
}
