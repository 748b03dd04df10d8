/** What the emulated machine does, on programs of a few instructions. */
import { describe, expect, test } from "vitest";
import { cpu, LAUNCH_QUEUE, latency } from "../../src/synth/costs.js";
import { execute } from "../../src/synth/execute/execute.js";
import type { RankTimes } from "../../src/synth/execute/rank-execution.js";
import { defaultJob, type Job } from "../../src/synth/job.js";
import { type Program, Stream } from "../../src/synth/program/instructions.js";
import { ProgramBuilder } from "../../src/synth/program/program-builder.js";

const exact: Job = { ...defaultJob, deviceNoise: 0, cpuNoise: 0, tensorParallel: 4 };
const wire = { grid: [1], block: [1], registers: 1, sharedMemory: 0 };

class Hand {
	readonly builder: ProgramBuilder;
	readonly #kinds: number[];

	constructor(rank = 0, job = exact) {
		this.builder = new ProgramBuilder(job, rank);
		this.#kinds = Object.values(Stream).map((stream) =>
			this.builder.kinds.work({ category: "kernel", name: "k", stream, call: "cudaLaunchKernel", launch: wire }),
		);
	}

	/** Work of so many ns on a stream. */
	work(ns: number, stream = Stream.compute as number): this {
		this.builder.launch({ kind: this.#kinds[Object.values(Stream).indexOf(stream as 0)]!, meanNs: ns });
		return this;
	}

	meet(key: number, size: number, ns: number, stream = Stream.tensor as number): this {
		const kind = this.#kinds[Object.values(Stream).indexOf(stream as 0)]!;
		this.builder.launchMeeting(kind, 1, [{ key, size, ns }]);
		return this;
	}
}

type Executed = RankTimes & { readonly program: Program };

function run(...hands: Hand[]): Executed[] {
	const programs = hands.map(({ builder }) => builder.build());
	return execute(programs, 1).map((times, i) => ({ ...times, program: programs[i]! }));
}

test("work starts a launch latency after its call, and when its stream is free", () => {
	const [{ workStartNs, workEndNs }] = run(new Hand().work(50_000).work(10)) as [Executed];
	expect(workStartNs[0]).toBe(latency.launch);
	expect(workEndNs[0]).toBe(latency.launch + 50_000);
	expect(workStartNs[1]).toBe(workEndNs[0]! + latency.streamGap);
});

test("an event holds a stream back, also one recorded behind nothing but a wait", () => {
	const hand = new Hand().work(90_000);
	const { builder } = hand;
	builder.streamWait(Stream.tensor, builder.recordEvent(Stream.compute));
	// Nothing has run on the tensor stream, but what was recorded there has not happened yet either.
	builder.streamWait(Stream.data, builder.recordEvent(Stream.tensor));
	hand.work(10, Stream.data).work(10, Stream.model);
	const [{ workStartNs, workEndNs }] = run(hand) as [Executed];
	expect(workStartNs[1]).toBe(workEndNs[0]! + latency.event);
	expect(workStartNs[2]).toBeLessThan(workEndNs[0]!);
});

test("a blocking call returns when what it waits for is done, and costs what it costs otherwise", () => {
	const hand = new Hand().work(80_000).work(200_000, Stream.data);
	hand.builder.synchronizeStream(Stream.compute);
	hand.builder.synchronizeStream(Stream.compute);
	hand.builder.synchronizeDevice();
	const [{ atNs, workEndNs, program }] = run(hand) as [Executed];
	expect(atNs[3]).toBe(workEndNs[0]! + latency.wakeUp + cpu.afterCall);
	expect(atNs[4]).toBe(atNs[3]! + cpu.sync + cpu.afterCall);
	expect(atNs[program.count]).toBe(workEndNs[1]! + latency.wakeUp + cpu.afterCall);
});

test("a launch blocks while the queue of its stream is full", () => {
	const hand = new Hand();
	for (let i = 0; i < LAUNCH_QUEUE + 2; i++) hand.work(100_000);
	const [{ atNs, workEndNs }] = run(hand) as [Executed];
	const cost = cpu.launch + cpu.afterCall;
	expect(atNs[LAUNCH_QUEUE]).toBe(LAUNCH_QUEUE * cost);
	expect(atNs[LAUNCH_QUEUE + 1]).toBe(LAUNCH_QUEUE * cost + cost);
	expect(workEndNs[1]).toBeLessThan(atNs[LAUNCH_QUEUE + 1]!);
	// One more piece of work than the CPU can have in flight.
	const slow = new Hand();
	for (let i = 0; i < LAUNCH_QUEUE + 1; i++) slow.work(1e8);
	const [blocked] = run(slow) as [Executed];
	expect(blocked.atNs[LAUNCH_QUEUE + 1]).toBe(blocked.workEndNs[0]! + cost);
});

describe("a meeting", () => {
	test("ends everywhere one wire time after the last member could start", () => {
		const late = new Hand(1);
		late.builder.cpu(500_000);
		const [a, b] = run(new Hand(0).meet(7, 2, 30_000), late.meet(7, 2, 30_000)) as [Executed, Executed];
		expect(a.workStartNs[0]).toBe(latency.launch);
		for (const { workEndNs } of [a, b]) {
			const after = workEndNs[0]! - b.workStartNs[0]! - 30_000;
			expect(after).toBeGreaterThanOrEqual(0);
			expect(after).toBeLessThan(latency.collectiveEnd);
		}
	});

	test("of several transfers ends with the last of them", () => {
		const middle = new Hand(1);
		const kind = middle.builder.kinds.work({
			category: "kernel",
			name: "k",
			stream: Stream.tensor,
			call: "c",
			launch: wire,
		});
		middle.builder.launchMeeting(kind, 0, [
			{ key: 1, size: 2, ns: 5000 },
			{ key: 2, size: 2, ns: 5000 },
		]);
		const late = new Hand(2);
		late.builder.cpu(500_000);
		const [a, b, c] = run(new Hand(0).meet(1, 2, 5000), middle, late.meet(2, 2, 5000)) as [
			Executed,
			Executed,
			Executed,
		];
		expect(a.workEndNs[0]).toBeLessThan(50_000);
		expect(b.workEndNs[0]).toBeGreaterThanOrEqual(c.workStartNs[0]! + 5000);
	});

	test("to which somebody does not come is a failure with the ranks that wait, not a hang", () => {
		expect(() => run(new Hand(0).meet(7, 3, 10), new Hand(1).meet(7, 3, 10))).toThrow(
			/ranks 0,1 .*wait for each other/,
		);
		const crossed = [new Hand(0).meet(1, 2, 10).meet(2, 2, 10), new Hand(1).meet(2, 2, 10).meet(1, 2, 10)];
		expect(() => run(...crossed)).toThrow(/wait for each other/);
	});
});

test("a straggler computes slower, a late launcher calls slower, and nothing else", () => {
	const job = { ...exact, stragglers: { 1: 1.5 }, lateLaunchers: { 2: 3 } };
	const [plain, straggler, late] = run(
		...[0, 1, 2].map((rank) => new Hand(rank, job).work(10_000).meet(9, 3, 700)),
	) as [RankTimes & { program: Program }, RankTimes & { program: Program }, RankTimes & { program: Program }];
	expect([...straggler.program.workNs]).toEqual([15_000, 700]);
	expect([...late.program.workNs]).toEqual([...plain.program.workNs]);
	expect([...straggler.program.ns]).toEqual([...plain.program.ns]);
	expect([...late.program.ns]).toEqual([...plain.program.ns].map((ns) => 3 * ns));
});
