import type { Block } from "./block.js";
import type { Emitter } from "./blocks/emitter.js";
import { blockingMessages, type MessagePart, messageNs, streamedMessage } from "./blocks/messages.js";
import { optimizerStep } from "./blocks/optimizer.js";
import { PartBlocks, type PassVariant } from "./blocks/part-blocks.js";
import type { RankContext } from "./blocks/rank-context.js";
import { stepBegin, stepEnd } from "./blocks/step.js";
import { layOutParts, type PipelinePart } from "./layout.js";
import type { ParameterCount } from "./parameters.js";
import { Pass, type StageSchedule, scheduleStage } from "./schedule/index.js";
import { StageItems } from "./stage-items.js";
import { blockingPasses, type StageBlocks, type StagePlace, streamedPasses } from "./stage-passes.js";

/** The blocks that the stages of a plan run, each made when a stage first needs it, and their programs. */
export class PlanLibrary {
	readonly blocks: Block[] = [];
	readonly parts: readonly PipelinePart[];
	readonly #e: Emitter;
	readonly #rank: RankContext;
	readonly #partBlocks: PartBlocks;
	readonly #ids = new Map<string, number>();

	constructor(e: Emitter, rank: RankContext) {
		this.#e = e;
		this.#rank = rank;
		this.#partBlocks = new PartBlocks(e, rank);
		this.parts = layOutParts(rank.model, rank.parallel);
	}

	stageProgram(stage: number, microBatches: number) {
		const { parallel, options } = this.#rank;
		const { pipelineModelParallelSize: stages, virtualPipelineSize: chunks, schedule: name } = parallel;
		const schedule = scheduleStage(name, { stages, chunks, microBatches }, stage);
		const place: StagePlace = { stage, stages, parts: stages * chunks, microBatches };
		// Interleaved and zero-bubble schedules need messages that do not hold up the stage.
		const blocking = options.messages === "blocking" && (name === "1f1b" || name === "gpipe");
		const items = new StageItems();
		items.add(
			this.#block("step begin", () => {
				stepBegin(this.#e);
				return this.#e.finish("step begin");
			}),
			[],
		);
		(blocking ? blockingPasses : streamedPasses)(
			place,
			schedule,
			this.#stageBlocks(stage, schedule, microBatches),
			items,
		);
		items.add(this.#optimizer(stage), []);
		return items.finish();
	}

	/** Asked once an item, so that what a stage has asked for before is looked up by little. */
	#stageBlocks(stage: number, schedule: StageSchedule, microBatches: number): StageBlocks {
		const { parallel } = this.#rank;
		const stages = parallel.pipelineModelParallelSize;
		const splits = schedule.pass.includes(Pass.weight);
		const reduction = splits ? Pass.weight : Pass.backward;
		const passes: (number | undefined)[] = [];
		const exchanges = new Map<readonly MessagePart[], number>();
		const messages = new Map<MessagePart, number>();
		return {
			pass: (pass, microBatch, chunk, awaitsMessage) => {
				const isLast = microBatch === microBatches - 1;
				const besideData =
					(parallel.overlapGradReduce && isLast && pass === reduction) ||
					(parallel.overlapParamGather && microBatch === 0 && pass === Pass.forward);
				const at = 4 * (3 * chunk + pass) + (awaitsMessage ? 2 : 0) + (besideData ? 1 : 0);
				passes[at] ??= this.#pass(this.parts[chunk * stages + stage]!, pass, splits, { awaitsMessage, besideData });
				return passes[at];
			},
			// The few combinations that there are come as constants.
			blocking: (parts) => remembered(exchanges, parts, () => this.#blocking(parts, stage)),
			streamed: (part) => remembered(messages, part, () => this.#streamed(part, stage)),
		};
	}

	/** Parts of a pipeline with as many layers and the same ends share their blocks. */
	#pass(part: PipelinePart, pass: Pass, splits: boolean, variant: PassVariant): number {
		const { layers, hasEmbedding, hasHead } = part;
		const key = JSON.stringify([pass, layers, hasEmbedding, hasHead, variant, variant.besideData && part.part === 0]);
		return this.#block(key, () => {
			if (pass === Pass.forward) return this.#partBlocks.forward(part, variant);
			const half = pass === Pass.weight ? "weight" : splits ? "input" : "all";
			return this.#partBlocks.backward(part, half, variant);
		});
	}

	#blocking(parts: readonly MessagePart[], stage: number): number {
		const name = parts.join(" ");
		const wireNs = Math.max(...parts.map((part) => this.#wireNs(part, stage)));
		return this.#block(`${name} ${wireNs}`, () => {
			blockingMessages(this.#e, this.#rank, parts, wireNs);
			return this.#e.finish(name);
		});
	}

	#streamed(part: MessagePart, stage: number): number {
		const wireNs = this.#wireNs(part, stage);
		return this.#block(`${part} ${wireNs}`, () => {
			streamedMessage(this.#e, this.#rank, part, wireNs);
			return this.#e.finish(part);
		});
	}

	/** With several chunks a stage, the last stage sends to the first. */
	#wireNs(part: MessagePart, stage: number): number {
		const isAhead = part === "sendForward" || part === "receiveBackward";
		const stages = this.#rank.parallel.pipelineModelParallelSize;
		return messageNs(this.#e, this.#rank, stage, (stage + (isAhead ? 1 : stages - 1)) % stages);
	}

	#optimizer(stage: number): number {
		const { model, parallel } = this.#rank;
		const stages = parallel.pipelineModelParallelSize;
		const own = this.parts.filter((part) => part.stage === stage);
		const counts = own.map((part) => this.#partBlocks.parameters(part));
		const sum = (pick: (count: ParameterCount) => number): number =>
			counts.reduce((all, count) => all + pick(count), 0);
		const isTied = !model.untieEmbeddingsAndOutputWeights && stages > 1;
		const sharesTable = isTied && own.some(({ hasEmbedding, hasHead }) => hasEmbedding || hasHead);
		const layers = own.reduce((all, part) => all + part.layers, 0);
		const stageParameters = {
			dense: sum(({ dense }) => dense),
			expert: sum(({ expert }) => expert),
			layers,
			sharesTable,
		};
		return this.#block(`optimizer ${JSON.stringify(stageParameters)}`, () => {
			optimizerStep(this.#e, this.#rank, stageParameters);
			stepEnd(this.#e);
			return this.#e.finish("optimizer step");
		});
	}

	#block(key: string, make: () => Block): number {
		return remembered(this.#ids, key, () => this.blocks.push(make()) - 1);
	}
}

function remembered<K>(known: Map<K, number>, key: K, make: () => number): number {
	let id = known.get(key);
	if (id === undefined) {
		id = make();
		known.set(key, id);
	}
	return id;
}
