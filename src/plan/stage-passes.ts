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
	const run = (i: number): void => {
		const block = blocks.pass(pass[i] as Pass, microBatch[i]!, chunk[i]!, false);
		items.add(block, NO_MESSAGES, microBatch[i]!, chunk[i]!);
	};
	/** From a pass (before the first: -1) to the next that sends or receives. */
	const exchange = (from: number, to: number): void => {
		const given = from < 0 ? NO_MESSAGE : givenBy(place, schedule, from);
		const needed = to === pass.length ? NO_MESSAGE : neededBy(place, schedule, to);
		// Activations go to the stage that gradients come from.
		const isJoined = given !== NO_MESSAGE && needed !== NO_MESSAGE && pass[from] !== pass[to];
		if (isJoined) {
			items.add(blocks.blocking(pass[from] === Pass.forward ? FORWARD_AND_BACK : BACK_AND_FORWARD), [given, needed]);
		} else if (given !== NO_MESSAGE) items.add(blocks.blocking(SEND_OF[pass[from]!]!), [given]);
		// Weight gradients need nobody: they run while others are waited for.
		for (let weight = from + 1; weight < to; weight++) run(weight);
		if (!isJoined && needed !== NO_MESSAGE) items.add(blocks.blocking(RECEIVE_OF[pass[to]!]!), [needed]);
	};
	let last = -1;
	for (let i = 0; i <= pass.length; i++) {
		if (i < pass.length && pass[i] === Pass.weight) continue;
		exchange(last, i);
		if (i < pass.length) run(i);
		last = i;
	}
}

/**
 * Several chunks a stage whose exchanges hold it up, as Megatron-LM's without overlapped messages: behind each pass of the
 * warm-up and the cool-down, and behind each pair in between, what it gives and what the next ones need goes at once.
 */
export function interleavedPasses(
	place: StagePlace,
	schedule: StageSchedule,
	blocks: StageBlocks,
	items: StageItems,
): void {
	const { pass, microBatch, chunk, warmup } = schedule;
	const pairs = pass.length / 2 - warmup;
	const turns: number[][] = [];
	for (let i = 0; i < warmup; i++) turns.push([i]);
	for (let pair = 0; pair < pairs; pair++) turns.push([warmup + 2 * pair, warmup + 2 * pair + 1]);
	for (let i = warmup + 2 * pairs; i < pass.length; i++) turns.push([i]);
	const exchange = (given: readonly number[], needing: readonly number[]): void => {
		const parts: MessagePart[] = [];
		const messages: number[] = [];
		const add = (message: number, part: MessagePart): void => {
			if (message === NO_MESSAGE) return;
			parts.push(part);
			messages.push(message);
		};
		for (const i of given) add(givenBy(place, schedule, i), SEND_OF[pass[i]!]![0]);
		for (const i of needing) add(neededBy(place, schedule, i), RECEIVE_OF[pass[i]!]![0]);
		if (messages.length > 0) items.add(blocks.blocking(parts), messages);
	};
	exchange([], turns[0]!);
	turns.forEach((turn, nth) => {
		for (const i of turn)
			items.add(blocks.pass(pass[i] as Pass, microBatch[i]!, chunk[i]!, false), NO_MESSAGES, microBatch[i]!, chunk[i]!);
		exchange(turn, turns[nth + 1] ?? []);
	});
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
