/** What must be true of every instantiated plan. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { simulate } from "../../src/engine/index.js";
import { EdgeKind, NO_PROCESSOR, TaskKind } from "../../src/graph/graph.js";
import { GraphArena, instantiate, instantiateLean } from "../../src/plan/instantiate/index.js";
import { joinBlocks } from "../../src/plan/join-blocks.js";
import type { ExecutionPlan } from "../../src/plan/program.js";
import { runPlan } from "../../src/plan/run/index.js";
import { randomPlan, randomPlanShape } from "../support/random-plan.js";
import { expectSameBits } from "../support/same-bits.js";

/** The same plan with every program joined into a single block. */
function joined(plan: ExecutionPlan): ExecutionPlan {
	const { blocks } = plan.blockLibrary;
	const programs = plan.programs.map((program, p) => ({
		...program,
		block: Uint32Array.of(p),
		...orderMessages(plan, p),
	}));
	const merged = plan.programs.map(({ block }) =>
		joinBlocks(
			"all",
			Array.from(block, (id) => blocks[id]!),
		),
	);
	return { ...plan, programs, blockLibrary: { ...plan.blockLibrary, blocks: merged } };
}

/** A joined block first names the messages that it sends and receives, then those that it waits for. */
function orderMessages({ blockLibrary, programs }: ExecutionPlan, p: number): { message: Uint32Array } {
	const program = programs[p]!;
	const met: number[] = [];
	const awaited: number[] = [];
	let at = 0;
	for (const id of program.block) {
		const { messageCount, messageEdge } = blockLibrary.blocks[id]!;
		for (let i = 0; i < messageCount; i++) met.push(program.message[at++]!);
		for (let i = 0; i < messageEdge.length; i++) awaited.push(program.message[at++]!);
	}
	return { message: Uint32Array.from([...met, ...awaited]) };
}

test("joining the blocks of every program changes nothing", () => {
	fc.assert(
		fc.property(randomPlanShape, (shape) => {
			const plan = randomPlan(shape);
			const apart = instantiate(plan);
			const together = instantiate(joined(plan));
			expect(together).toEqual(apart);
		}),
	);
});

test("a lean graph in a used arena is the full one to the bit, and simulates alike", () => {
	const arena = new GraphArena();
	fc.assert(
		fc.property(randomPlanShape, (shape) => {
			const plan = randomPlan(shape);
			const full = instantiate(plan);
			const lean = instantiateLean(plan, arena);
			for (const [name, column] of Object.entries(lean)) expect(full[name as keyof typeof full]).toEqual(column);
			expectSameBits({ startNs: simulate(lean).startNs }, { startNs: simulate(full).startNs });
		}),
	);
});

test("running a plan block by block gives the times that the engine gives for its graph, to the bit", () => {
	fc.assert(
		fc.property(randomPlanShape, (shape) => {
			const plan = randomPlan(shape);
			const graph = instantiate(plan);
			const { finishNs } = simulate(graph);
			const wanted = graph.ranks.map(({ begin, end }) =>
				finishNs.subarray(begin, end).reduce((a, b) => Math.max(a, b), 0),
			);
			const { finishNs: found, taskCount } = runPlan(plan);
			expectSameBits({ found }, { found: Float64Array.from(wanted) });
			expect(taskCount).toBe(graph.ranks.at(-1)!.end - graph.ranks.length);
		}),
	);
});

test("inside a rank every edge but those of meetings goes up, and every transfer starts after all who take part", () => {
	fc.assert(
		fc.property(randomPlanShape, (shape) => {
			const plan = randomPlan(shape);
			const graph = instantiate(plan);
			const firstMeeting = graph.ranks.at(-1)!.end;
			const members = new Uint32Array(graph.taskCount);
			for (const { begin, end } of graph.ranks) {
				expect(graph.kind[begin]).toBe(TaskKind.source);
				for (let task = begin + 1; task < end; task++) {
					for (let e = graph.predOffset[task]!; e < graph.predOffset[task + 1]!; e++) {
						const from = graph.pred[e]! >>> 1;
						if (from >= firstMeeting) members[from]!++;
						else expect(from >= begin && from < task).toBe(true);
						if (from === begin) expect(graph.edgeKind[e]).not.toBe(EdgeKind.intraStream);
					}
				}
			}
			const meetings = plan.messageCount + (plan.groupSize.length > 0 ? shape.rounds : 0);
			expect(graph.taskCount - firstMeeting).toBe(meetings);
			for (let task = firstMeeting; task < graph.taskCount; task++) {
				expect(graph.processor[task]).toBe(NO_PROCESSOR);
				expect(graph.predOffset[task + 1]! - graph.predOffset[task]!).toBe(members[task]);
			}
			const { startNs, finishNs } = simulate(graph);
			for (let task = firstMeeting; task < graph.taskCount; task++) {
				for (let e = graph.predOffset[task]!; e < graph.predOffset[task + 1]!; e++)
					expect(startNs[task]).toBeGreaterThanOrEqual(finishNs[graph.pred[e]! >>> 1]!);
			}
		}),
	);
});

test("a plan whose ranks do not meet equally often, or whose message nobody sends, is refused", () => {
	const plan = randomPlan({ seed: 1, ranks: 2, rounds: 2, blocks: 1, grouped: true });
	const [first, second] = plan.programs as [ExecutionPlan["programs"][0], ExecutionPlan["programs"][0]];
	const shorter = { ...second, block: second.block.subarray(0, -1) };
	expect(() => instantiate({ ...plan, programs: [first, shorter] })).toThrow(/meets its data group 1 times, others 2/);
	expect(() => instantiate({ ...plan, messageCount: plan.messageCount + 1 })).toThrow(/nobody comes/);
	const again = { ...first, message: first.message.map(() => 0) };
	expect(() => instantiate({ ...plan, programs: [again, second] })).toThrow(/more than two ends|nobody comes/);
});
