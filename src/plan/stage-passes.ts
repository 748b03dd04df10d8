/**
 * From the schedule of a stage to the items of its program: the passes in order, and between them the messages that
 * they need and give, as the framework exchanges them.
 */
import type { MessagePart } from "./blocks/messages.js";
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

/** Activations that go from a part to the next, and gradients that come back, each have a number. */
function messageOf({ parts, microBatches }: StagePlace, isForward: boolean, from: number, microBatch: number): number {
	return ((isForward ? 0 : parts - 1) + from) * microBatches + microBatch;
}

export function messagesOfPipeline(parts: number, microBatches: number): number {
	return 2 * (parts - 1) * microBatches;
}

interface Message {
	readonly part: MessagePart;
	readonly id: number;
}

/** What a pass needs from another stage, and what it gives to one. */
function exchangesOf(place: StagePlace, schedule: StageSchedule, i: number): { needs?: Message; gives?: Message } {
	const { stage, stages, parts } = place;
	const part = schedule.chunk[i]! * stages + stage;
	const microBatch = schedule.microBatch[i]!;
	const message = (kind: MessagePart, isForward: boolean, from: number): Message => ({
		part: kind,
		id: messageOf(place, isForward, from, microBatch),
	});
	switch (schedule.pass[i]) {
		case Pass.forward:
			return {
				...(part > 0 ? { needs: message("receiveForward", true, part - 1) } : {}),
				...(part < parts - 1 ? { gives: message("sendForward", true, part) } : {}),
			};
		case Pass.backward:
			return {
				...(part < parts - 1 ? { needs: message("receiveBackward", false, part) } : {}),
				...(part > 0 ? { gives: message("sendBackward", false, part - 1) } : {}),
			};
		default:
			return {};
	}
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
	const exchange = (messages: readonly Message[]): void => {
		if (messages.length > 0)
			items.add(
				blocks.blocking(messages.map(({ part }) => part)),
				messages.map(({ id }) => id),
			);
	};
	const run = (i: number): void => {
		const microBatch = schedule.microBatch[i]!;
		const chunk = schedule.chunk[i]!;
		items.add(blocks.pass(schedule.pass[i] as Pass, microBatch, chunk, false), [], microBatch, chunk);
	};
	const exchanging = [...schedule.pass.keys()].filter((i) => schedule.pass[i] !== Pass.weight);
	const firstNeeds = exchangesOf(place, schedule, exchanging[0]!).needs;
	exchange(firstNeeds ? [firstNeeds] : []);
	exchanging.forEach((i, nth) => {
		run(i);
		const next = exchanging[nth + 1];
		const { gives } = exchangesOf(place, schedule, i);
		const needs = next === undefined ? undefined : exchangesOf(place, schedule, next).needs;
		const isJoined = gives !== undefined && needs !== undefined && sameNeighbour(gives, needs);
		exchange(isJoined ? [gives, needs] : gives ? [gives] : []);
		// Weight gradients need nobody: they run while others are waited for.
		for (let w = i + 1; w < (next ?? schedule.pass.length); w++) run(w);
		if (!isJoined && needs) exchange([needs]);
	});
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
	const count = schedule.pass.length;
	const forwards = count / 2;
	const pairs = forwards - schedule.warmup;
	const turns: number[][] = [];
	for (let i = 0; i < schedule.warmup; i++) turns.push([i]);
	for (let pair = 0; pair < pairs; pair++) turns.push([schedule.warmup + 2 * pair, schedule.warmup + 2 * pair + 1]);
	for (let i = schedule.warmup + 2 * pairs; i < count; i++) turns.push([i]);
	const exchange = (given: readonly number[], needing: readonly number[]): void => {
		const messages = [
			...given.map((i) => exchangesOf(place, schedule, i).gives),
			...needing.map((i) => exchangesOf(place, schedule, i).needs),
		].filter((message) => message !== undefined);
		if (messages.length === 0) return;
		items.add(
			blocks.blocking(messages.map(({ part }) => part)),
			messages.map(({ id }) => id),
		);
	};
	exchange([], turns[0]!);
	turns.forEach((turn, nth) => {
		for (const i of turn) {
			const microBatch = schedule.microBatch[i]!;
			const chunk = schedule.chunk[i]!;
			items.add(blocks.pass(schedule.pass[i] as Pass, microBatch, chunk, false), [], microBatch, chunk);
		}
		exchange(turn, turns[nth + 1] ?? []);
	});
}

function sameNeighbour(gives: Message, needs: Message): boolean {
	return (
		(gives.part === "sendForward" && needs.part === "receiveBackward") ||
		(gives.part === "sendBackward" && needs.part === "receiveForward")
	);
}

/** Every message has a stream of its kind; what the next pass needs is asked for before this one runs. */
export function streamedPasses(
	place: StagePlace,
	schedule: StageSchedule,
	blocks: StageBlocks,
	items: StageItems,
): void {
	const receive = (i: number): void => {
		if (i >= schedule.pass.length) return;
		const { needs } = exchangesOf(place, schedule, i);
		if (needs) items.add(blocks.streamed(needs.part), [needs.id]);
	};
	receive(0);
	schedule.pass.forEach((pass, i) => {
		receive(i + 1);
		const { needs, gives } = exchangesOf(place, schedule, i);
		const microBatch = schedule.microBatch[i]!;
		const chunk = schedule.chunk[i]!;
		const block = blocks.pass(pass as Pass, microBatch, chunk, needs !== undefined);
		items.add(block, needs ? [needs.id] : [], microBatch, chunk);
		if (gives) items.add(blocks.streamed(gives.part), [gives.id]);
	});
}
