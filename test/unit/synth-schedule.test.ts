import { describe, expect, test } from "vitest";
import { defaultJob, type Job, type Schedule } from "../../src/synth/job.js";
import { scheduleOf } from "../../src/synth/schedule/actions.js";
import type { Action, Transfer } from "../../src/synth/schedule/types.js";

function actions(schedule: Schedule, stages: number, microBatches: number, chunks = 1): Action[][] {
	const job: Job = { ...defaultJob, schedule, pipelineParallel: stages, microBatches, virtualPipeline: chunks };
	return Array.from({ length: stages }, (_, stage) => scheduleOf(job, stage));
}

/** `F1 B1 W1`, micro-batches counted from 1; chunks as letters where there are several. */
function passes(of: readonly Action[], chunks = 1): string {
	const letters = { forward: "F", backward: "B", weights: "W" } as const;
	return of
		.flatMap((action) => {
			if (action.type === "exchange") return [];
			return `${letters[action.type]}${action.microBatch + 1}${chunks > 1 ? "abcd"[action.chunk] : ""}`;
		})
		.join(" ");
}

test("1F1B: a stage runs ahead by as many forwards as stages follow, then alternates", () => {
	// Lumos, figure 4: rank 0 before and after doubling the pipeline.
	expect(passes(actions("1f1b", 2, 4)[0]!)).toBe("F1 F2 B1 F3 B2 F4 B3 B4");
	const stages = actions("1f1b", 4, 8).map((stage) => passes(stage));
	expect(stages[0]).toBe("F1 F2 F3 F4 B1 F5 B2 F6 B3 F7 B4 F8 B5 B6 B7 B8");
	expect(stages[3]).toBe("F1 B1 F2 B2 F3 B3 F4 B4 F5 B5 F6 B6 F7 B7 F8 B8");
	expect(passes(actions("1f1b", 4, 2)[0]!)).toBe("F1 F2 B1 B2");
});

test("ZB-H1: the order of 1F1B, weight gradients put off by the stages before", () => {
	const stages = actions("zb-h1", 4, 8).map((stage) => passes(stage));
	expect(stages[0]).toBe("F1 F2 F3 F4 B1 W1 F5 B2 W2 F6 B3 W3 F7 B4 W4 F8 B5 W5 B6 W6 B7 W7 B8 W8");
	expect(stages[3]).toBe("F1 B1 F2 B2 F3 B3 F4 B4 W1 F5 B5 W2 F6 B6 W3 F7 B7 W4 F8 B8 W5 W6 W7 W8");
	actions("zb-h1", 4, 8).forEach((stage, s) => {
		expect(passes(stage.filter(({ type }) => type !== "weights"))).toBe(passes(actions("1f1b", 4, 8)[s]!));
	});
});

test("GPipe: all forwards, then all backwards in reverse", () => {
	expect(passes(actions("gpipe", 2, 3)[1]!)).toBe("F1 F2 F3 B3 B2 B1");
});

test("interleaved: micro-batches pass through the chunks in groups of as many as there are stages", () => {
	const stages = actions("interleaved", 2, 4, 2).map((stage) => passes(stage, 2));
	// Megatron-LM: (stages - stage - 1) * 2 + (chunks - 1) * stages forwards first.
	expect(stages[0]).toBe("F1a F2a F1b F2b F3a B1b F4a B2b F3b B1a F4b B2a B3b B4b B3a B4a");
	expect(stages[1]).toBe("F1a F2a F1b B1b F2b B2b F3a B1a F4a B2a F3b B3b F4b B4b B3a B4a");
});

const cases: readonly (readonly [Schedule, number, number, number])[] = [
	["1f1b", 1, 3, 1],
	["1f1b", 4, 2, 1],
	["1f1b", 5, 9, 1],
	["gpipe", 4, 6, 1],
	["zb-h1", 1, 3, 1],
	["zb-h1", 4, 3, 1],
	["zb-h1", 4, 9, 1],
	["interleaved", 2, 2, 3],
	["interleaved", 3, 9, 2],
	["interleaved", 4, 8, 4],
];

describe.each(cases)("%s, %i stages, %i micro-batches, %i chunks", (schedule, stages, microBatches, chunks) => {
	const all = actions(schedule, stages, microBatches, chunks);

	test("every micro-batch passes each chunk once forwards, then once backwards", () => {
		for (const stage of all) {
			for (const kind of schedule === "zb-h1"
				? (["forward", "backward", "weights"] as const)
				: (["forward", "backward"] as const)) {
				const keys = stage.flatMap((one) => (one.type === kind ? [one.chunk * microBatches + one.microBatch] : []));
				expect(keys.sort((a, b) => a - b)).toEqual(Array.from({ length: microBatches * chunks }, (_, i) => i));
			}
			const at = (type: string, microBatch: number, chunk: number): number =>
				stage.findIndex(
					(one) => one.type !== "exchange" && one.type === type && one.microBatch === microBatch && one.chunk === chunk,
				);
			for (let m = 0; m < microBatches; m++)
				for (let c = 0; c < chunks; c++) expect(at("forward", m, c)).toBeLessThan(at("backward", m, c));
		}
	});

	test("what one stage sends is what its neighbour receives", () => {
		const count = (stage: number, transfer: Transfer): number =>
			all[stage]!.flatMap((one) => (one.type === "exchange" ? one.transfers : [])).filter((one) => one === transfer)
				.length;
		for (let stage = 0; stage < stages; stage++) {
			const next = (stage + 1) % stages;
			expect(count(stage, "send next")).toBe(count(next, "receive previous"));
			expect(count(stage, "receive next")).toBe(count(next, "send previous"));
		}
	});

	test("no stage holds more activations than 1F1B does, GPipe and interleaving apart", () => {
		if (schedule === "gpipe" || schedule === "interleaved") return;
		all.forEach((stage, s) => {
			let held = 0;
			let most = 0;
			for (const { type } of stage) {
				if (type === "forward") most = Math.max(most, ++held);
				if (type === (schedule === "zb-h1" ? "weights" : "backward")) held--;
			}
			expect(most).toBeLessThanOrEqual(schedule === "zb-h1" ? stages : stages - s);
		});
	});
});
