/**
 * From the schedule of a stage to the items of its program: the passes in order, and between them the messages that
 * they need and give, as the framework exchanges them.
 */
import type { MessagePart } from "./blocks/messages.js";
import { NO_MESSAGE } from "./program.js";
import { Pass, type StageSchedule } from "./schedule/index.js";
import type { StageItems } from "./stage-items.js";

/** The blocks that a stage uses, by number in the library. */
export interface StageBlocks {
	pass(pass: Pass, microBatch: number, chunk: number, awaitsMessage: boolean): number;
	blocking(parts: readonly MessagePart[]): number;
	streamed(part: MessagePart): number;
}

export interface StagePlace {
	readonly stage: number;
	readonly stages: number;
	/** Parts of the whole pipeline: stages x chunks. */
	readonly parts: number;
	readonly microBatches: number;
}

export function messagesOfPipeline(parts: number, microBatches: number): number {
	return 2 * (parts - 1) * microBatches;
}

/** Activations that go from a part to the next, and gradients that come back, each have a number. */
function activations({ microBatches }: StagePlace, from: number, microBatch: number): number {
	return from * microBatches + microBatch;
}

function gradients({ parts, microBatches }: StagePlace, to: number, microBatch: number): number {
	return (parts - 1 + to) * microBatches + microBatch;
}

/** The message that a pass needs from another stage, or NO_MESSAGE. */
function neededBy(place: StagePlace, { pass, chunk, microBatch }: StageSchedule, i: number): number {
	const part = chunk[i]! * place.stages + place.stage;
	if (pass[i] === Pass.forward && part > 0) return activations(place, part - 1, microBatch[i]!);
	if (pass[i] === Pass.backward && part < place.parts - 1) return gradients(place, part, microBatch[i]!);
	return NO_MESSAGE;
}

/** The message that it gives to one. */
function givenBy(place: StagePlace, { pass, chunk, microBatch }: StageSchedule, i: number): number {
	const part = chunk[i]! * place.stages + place.stage;
	if (pass[i] === Pass.forward && part < place.parts - 1) return activations(place, part, microBatch[i]!);
	if (pass[i] === Pass.backward && part > 0) return gradients(place, part - 1, microBatch[i]!);
	return NO_MESSAGE;
}

/**
 * Sends and receives hold up the stage. What one pass gives to a neighbour and the next needs from the same neighbour
 * goes in one exchange: otherwise both would wait for the other to receive.
 */
export function blockingPasses(
	place: StagePlace,
	schedule: StageSchedule,
	blocks: StageBlocks,
	items: StageItems,
): void {
	const { pass, microBatch, chunk } = schedule;
	let given = NO_MESSAGE;
	let giver: Pass = Pass.forward;
	for (let i = 0; i < pass.length; i++) {
		const now = pass[i] as Pass;
		const needed = neededBy(place, schedule, i);
		// Activations go to the stage that gradients come from.
		if (given !== NO_MESSAGE && needed !== NO_MESSAGE && giver !== now) {
			items.add(blocks.blocking(giver === Pass.forward ? FORWARD_AND_BACK : BACK_AND_FORWARD), [given, needed]);
		} else {
			if (given !== NO_MESSAGE) items.add(blocks.blocking(SEND_OF[giver]!), [given]);
			if (needed !== NO_MESSAGE) items.add(blocks.blocking(RECEIVE_OF[now]!), [needed]);
		}
		items.add(blocks.pass(now, microBatch[i]!, chunk[i]!, false), NO_MESSAGES, microBatch[i]!, chunk[i]!);
		given = givenBy(place, schedule, i);
		giver = now;
	}
	if (given !== NO_MESSAGE) items.add(blocks.blocking(SEND_OF[giver]!), [given]);
}

const NO_MESSAGES: readonly number[] = [];
const FORWARD_AND_BACK: readonly MessagePart[] = ["sendForward", "receiveBackward"];
const BACK_AND_FORWARD: readonly MessagePart[] = ["sendBackward", "receiveForward"];
/** By pass; a pass over weights alone neither sends nor receives. */
const SEND_OF: readonly (readonly [MessagePart])[] = [["sendForward"], ["sendBackward"]];
const RECEIVE_OF: readonly (readonly [MessagePart])[] = [["receiveForward"], ["receiveBackward"]];

/** Every message has a stream of its kind; what the next pass needs is asked for before this one runs. */
export function streamedPasses(
	place: StagePlace,
	schedule: StageSchedule,
	blocks: StageBlocks,
	items: StageItems,
): void {
	const { pass, microBatch, chunk } = schedule;
	let needed = pass.length > 0 ? neededBy(place, schedule, 0) : NO_MESSAGE;
	const receive = (i: number): void => {
		if (needed !== NO_MESSAGE) items.add(blocks.streamed(RECEIVE_OF[pass[i]!]![0]), [needed]);
	};
	receive(0);
	for (let i = 0; i < pass.length; i++) {
		const now = pass[i] as Pass;
		const awaited = needed;
		needed = i + 1 < pass.length ? neededBy(place, schedule, i + 1) : NO_MESSAGE;
		receive(i + 1);
		const block = blocks.pass(now, microBatch[i]!, chunk[i]!, awaited !== NO_MESSAGE);
		items.add(block, awaited === NO_MESSAGE ? NO_MESSAGES : [awaited], microBatch[i]!, chunk[i]!);
		const given = givenBy(place, schedule, i);
		if (given !== NO_MESSAGE) items.add(blocks.streamed(SEND_OF[now]![0]), [given]);
	}
}
