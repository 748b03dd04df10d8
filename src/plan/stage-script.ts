/**
 * What a stage runs, before there are blocks for it: it follows from the shape of the pipeline alone, so that plans of
 * the same pipeline share it.
 */
import type { ParallelConfig } from "../config/parallel.js";
import type { MessagePart } from "./blocks/messages.js";
import type { FrameworkOptions } from "./blocks/rank-context.js";
import { Pass, scheduleStage } from "./schedule/index.js";
import { StageItems } from "./stage-items.js";
import { blockingPasses, type StagePlace, streamedPasses } from "./stage-passes.js";

/** A block that a stage needs. */
export type Need =
	| { readonly what: "begin" | "end" }
	| {
			readonly what: "pass";
			readonly pass: Pass;
			readonly chunk: number;
			/** Weight gradients are a pass of their own. */
			readonly splits: boolean;
			readonly awaitsMessage: boolean;
			/** Parameters are gathered or gradients reduced meanwhile. */
			readonly besideData: boolean;
	  }
	| { readonly what: "blocking"; readonly parts: readonly MessagePart[] }
	| { readonly what: "streamed"; readonly part: MessagePart };

/** The program of a stage, as RankProgram has it, of needs instead of blocks. */
export interface StageScript {
	readonly needs: readonly Need[];
	/** One an item: which of the needs. */
	readonly need: Uint32Array;
	readonly message: Uint32Array;
	readonly microBatch: Int32Array;
	readonly chunk: Int32Array;
}

/** All that the scripts of a pipeline's stages follow from. */
export interface PipelineShape {
	readonly schedule: ParallelConfig["schedule"];
	readonly stages: number;
	readonly chunks: number;
	readonly microBatches: number;
	readonly messages: FrameworkOptions["messages"];
	readonly overlapGradReduce: boolean;
	readonly overlapParamGather: boolean;
}

export function stageScript(shape: PipelineShape, stage: number): StageScript {
	const { schedule: name, stages, chunks, microBatches, overlapGradReduce, overlapParamGather } = shape;
	const schedule = scheduleStage(name, { stages, chunks, microBatches }, stage);
	const place: StagePlace = { stage, stages, parts: stages * chunks, microBatches };
	// Interleaved and zero-bubble schedules need messages that do not hold up the stage.
	const blocking = shape.messages === "blocking" && (name === "1f1b" || name === "gpipe");
	const splits = schedule.pass.includes(Pass.weight);
	const reduction = splits ? Pass.weight : Pass.backward;
	const needs: Need[] = [];
	const need = (of: Need): number => needs.push(of) - 1;
	const passes: number[] = [];
	// The few combinations of parts that there are come as constants.
	const exchanges = new Map<readonly MessagePart[] | MessagePart, number>();
	const items = new StageItems(schedule.pass.length);
	items.add(need({ what: "begin" }), []);
	(blocking ? blockingPasses : streamedPasses)(
		place,
		schedule,
		{
			pass: (pass, microBatch, chunk, awaitsMessage) => {
				const besideData =
					(overlapGradReduce && microBatch === microBatches - 1 && pass === reduction) ||
					(overlapParamGather && microBatch === 0 && pass === Pass.forward);
				const at = 4 * (3 * chunk + pass) + (awaitsMessage ? 2 : 0) + (besideData ? 1 : 0);
				passes[at] ??= need({ what: "pass", pass, chunk, splits, awaitsMessage, besideData });
				return passes[at];
			},
			blocking: (parts) => remembered(exchanges, parts, () => need({ what: "blocking", parts })),
			streamed: (part) => remembered(exchanges, part, () => need({ what: "streamed", part })),
		},
		items,
	);
	items.add(need({ what: "end" }), []);
	const { block, ...rest } = items.finish();
	return { needs, need: block, ...rest };
}

function remembered<K>(known: Map<K, number>, key: K, make: () => number): number {
	let id = known.get(key);
	if (id === undefined) {
		id = make();
		known.set(key, id);
	}
	return id;
}
