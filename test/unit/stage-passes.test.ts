/** Exchanges that hold stages up must not make them wait for each other in a circle. */
import { describe, expect, test } from "vitest";
import { scheduleStage } from "../../src/plan/schedule/index.js";
import { StageItems } from "../../src/plan/stage-items.js";
import { blockingPasses, interleavedPasses, messagesOfPipeline } from "../../src/plan/stage-passes.js";

/** What a stage does in order: the messages of an exchange, or none for a pass. */
function actionsOf(name: "1f1b" | "zb-h1" | "gpipe" | "interleaved", stages: number, chunks: number, count: number) {
	return Array.from({ length: stages }, (_, stage) => {
		const lengths: number[] = [];
		const place = { stage, stages, parts: stages * chunks, microBatches: count };
		const schedule = scheduleStage(name, { stages, chunks, microBatches: count }, stage);
		const items = new StageItems(schedule.pass.length);
		const blocks = {
			pass: () => lengths.push(0) - 1,
			blocking: (parts: readonly unknown[]) => lengths.push(parts.length) - 1,
			streamed: () => lengths.push(1) - 1,
		};
		(chunks > 1 ? interleavedPasses : blockingPasses)(place, schedule, blocks, items);
		const { block, message } = items.finish();
		let at = 0;
		return [...block].map((id) => {
			const begin = at;
			at += lengths[id]!;
			return [...message.subarray(begin, at)];
		});
	});
}

/** Runs all stages; an exchange is over when both ends of all its messages have come. Returns messages exchanged. */
function run(stages: readonly (readonly (readonly number[])[])[]): { done: boolean; messages: number } {
	const at = stages.map(() => 0);
	const ends = new Map<number, number>();
	const arrived = stages.map(() => -1);
	for (let moved = true; moved; ) {
		moved = false;
		stages.forEach((actions, s) => {
			while (at[s]! < actions.length) {
				const exchanged = actions[at[s]!]!;
				if (arrived[s] !== at[s]) for (const id of exchanged) ends.set(id, (ends.get(id) ?? 0) + 1);
				arrived[s] = at[s]!;
				if (exchanged.some((id) => ends.get(id) !== 2)) return;
				at[s]!++;
				moved = true;
			}
		});
	}
	return { done: stages.every((actions, s) => at[s] === actions.length), messages: ends.size };
}

describe("blocking exchanges", () => {
	test.each([
		["1f1b", 1],
		["zb-h1", 1],
		["gpipe", 1],
		["interleaved", 2],
		["interleaved", 3],
	] as const)("%s with %i chunks comes to its end with every message", (name, chunks) => {
		for (let stages = 2; stages <= 6; stages++) {
			for (const groups of [1, 2, 5]) {
				const count = groups * stages;
				const outcome = run(actionsOf(name, stages, chunks, count));
				expect(outcome, `${stages} stages, ${count} micro-batches`).toEqual({
					done: true,
					messages: messagesOfPipeline(stages * chunks, count),
				});
			}
		}
	});
});
