import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { record, textOf } from "../../fixtures/generate/record.js";
import { defaultJob, fullRecording, type Job } from "../../src/synth/job.js";
import { gemm } from "../../src/synth/kernels.js";
import { ByteSink, fragment } from "../../src/synth/kineto/byte-sink.js";
import { collectiveNs, transferNs } from "../../src/synth/wire-time.js";

interface Event {
	readonly ph: string;
	readonly cat?: string;
	readonly name: string;
	readonly ts: number;
	readonly dur?: number;
	readonly id?: number;
	readonly args?: Readonly<Record<string, unknown>>;
}

interface Trace {
	readonly distributedInfo: { readonly rank: number; readonly pg_config?: unknown };
	readonly with_modules: number;
	readonly traceEvents: readonly Event[];
}

const tiny: Job = {
	...defaultJob,
	layers: 2,
	hidden: 512,
	ffn: 2048,
	heads: 4,
	sequence: 256,
	microBatches: 2,
	steps: 1,
};
const pair: Job = { ...tiny, tensorParallel: 2 };

function traces(job: Job, recording = fullRecording): Trace[] {
	return record(job, recording).map((rank) => JSON.parse(textOf(rank)) as Trace);
}

describe("bytes", () => {
	test("numbers are written as JavaScript writes them", () => {
		fc.assert(
			fc.property(fc.maxSafeNat(), (value) => {
				const out = new ByteSink(16);
				out.integer(value);
				out.text(fragment(" "));
				out.microseconds(value);
				const us = `${Math.floor(value / 1000)}.${String(value % 1000).padStart(3, "0")}`;
				expect(Buffer.from(out.take()).toString()).toBe(`${value} ${us}`);
			}),
		);
	});

	test("a piece is longer than planned rather than cut", () => {
		const out = new ByteSink(16);
		for (let i = 0; i < 3; i++) out.text(fragment("x".repeat(100_000)));
		expect(out.full).toBe(true);
		expect(out.take()).toHaveLength(300_000);
		expect(out.full).toBe(false);
		out.integer(7);
		expect([...out.take()]).toEqual([0x37]);
	});
});

describe("what is recorded", () => {
	const [full] = traces(pair) as [Trace];
	const kinds = (trace: Trace): Set<string | undefined> => new Set(trace.traceEvents.map(({ cat }) => cat));

	test("every forward operator with a sequence number leads to one backward", () => {
		const ids = (ph: string): (number | undefined)[] =>
			full.traceEvents.filter((event) => event.cat === "fwdbwd" && event.ph === ph).map(({ id }) => id);
		expect(ids("s").length).toBeGreaterThan(20);
		expect(new Set(ids("s")).size).toBe(ids("s").length);
		expect(ids("f").sort()).toEqual(ids("s").sort());
	});

	test("every launch leads to its work, and stands inside the operator that its id names", () => {
		const calls = new Map(
			full.traceEvents.filter(({ cat }) => cat === "cuda_runtime").map((call) => [call.args!.correlation, call]),
		);
		const ranges = new Map(
			full.traceEvents
				.filter(({ cat = "" }) => /^(cpu_op|user_annotation)$/.test(cat))
				.map((op) => [op.args!["External id"], op]),
		);
		const works = full.traceEvents.filter(({ cat = "" }) => ["kernel", "gpu_memcpy", "gpu_memset"].includes(cat));
		expect(works.length).toBeGreaterThan(100);
		for (const { args } of works) {
			const call = calls.get(args!.correlation)!;
			const range = ranges.get(call.args!["External id"])!;
			expect(args!["External id"]).toBe(call.args!["External id"]);
			expect(range.ts).toBeLessThan(call.ts);
			expect(range.ts + range.dur!).toBeGreaterThan(call.ts + call.dur!);
		}
	});

	test("what is switched off is not there, and nothing else changes", () => {
		const [noSync] = traces(pair, { ...fullRecording, syncEvents: false }) as [Trace];
		expect(kinds(full)).toContain("cuda_sync");
		expect(noSync.traceEvents).toEqual(full.traceEvents.filter(({ cat }) => cat !== "cuda_sync"));

		const [noModules] = traces(pair, { ...fullRecording, modules: false }) as [Trace];
		expect(kinds(full)).toContain("python_function");
		expect(noModules.traceEvents).toEqual(full.traceEvents.filter(({ cat }) => cat !== "python_function"));

		const [bare] = traces(pair, { ...fullRecording, commMetadata: false }) as [Trace];
		expect(JSON.stringify(full)).toMatch(/Process Group|Collective name|"Seq"/);
		expect(JSON.stringify(bare)).not.toMatch(/Process Group|Collective name|msg nelems|"Seq"|pg_config/);
		expect(bare.traceEvents).toHaveLength(full.traceEvents.length);
		expect(bare.distributedInfo.rank).toBe(0);
	});

	test("clocks are off as the truth says", () => {
		const job = { ...pair, clockSkewUs: 500, clockDriftPpm: 50 };
		const ranks = record(job, fullRecording);
		const exact = traces(pair);
		ranks.forEach((rank, r) => {
			const { offsetNs, driftPpm } = rank.clock;
			expect(Math.abs(offsetNs)).toBeLessThanOrEqual(500_000);
			expect(Math.abs(driftPpm)).toBeLessThanOrEqual(50);
			const origin = Math.min(...exact[r]!.traceEvents.map(({ ts }) => ts));
			(JSON.parse(textOf(rank)) as Trace).traceEvents.forEach(({ ts }, i) => {
				const { ts: trueTs } = exact[r]!.traceEvents[i]!;
				const expected = offsetNs / 1000 + ((trueTs - origin) * driftPpm) / 1e6;
				expect(Math.abs(ts - trueTs - expected)).toBeLessThan(0.002);
			});
		});
		expect(ranks[0]!.clock.offsetNs).not.toBe(ranks[1]!.clock.offsetNs);
	});

	test("options add what they stand for", () => {
		const names = (job: Job): string => JSON.stringify(traces(job)[0]!.traceEvents.map(({ name }) => name));
		const plain = names(pair);
		expect(plain).toContain("AllReduce_Sum_bf16");
		expect(plain).not.toMatch(/CheckpointFunction|ReduceScatter|AllGather/);
		expect(names({ ...pair, sequenceParallel: true })).toMatch(/AllGather.*ReduceScatter_Sum_bf16/);
		expect(names({ ...tiny, dataParallel: 2, distributedOptimizer: true })).toMatch(/ReduceScatter_Sum_f32.*AllGather/);
		expect(names({ ...pair, recompute: "full" })).toContain("CheckpointFunctionBackward");
		const attention = (job: Job): number =>
			traces(job)[0]!.traceEvents.filter(({ name }) => name.includes("flash_fwd_kernel")).length;
		expect(
			[pair, { ...pair, recompute: "selective" as const }, { ...pair, recompute: "full" as const }].map(attention),
		).toEqual([4, 8, 8]);
	});
});

describe("costs", () => {
	test("a product takes another wave when one more tile does not fit", () => {
		// 12 x 11 tiles fill the 132 multiprocessors once; 7 x 19 are one more, of about the same work.
		const wave = gemm(12 * 256, 11 * 128, 4096).meanNs;
		expect(gemm(7 * 256, 19 * 128, 4096).meanNs / wave).toBeGreaterThan(1.2);
		expect(gemm(8192, 8192, 8192).meanNs).toBeGreaterThan((2 * 8192 ** 3) / 989.4e3);
	});

	test("nodes apart are slower than one node, rings move what they must", () => {
		const bytes = 1e9;
		const near = collectiveNs("allreduce", bytes, [0, 1, 2, 3, 4, 5, 6, 7], 8);
		const far = collectiveNs("allreduce", bytes, [0, 8, 16, 24, 32, 40, 48, 56], 8);
		expect(far / near).toBeGreaterThan(4);
		const scatter = collectiveNs("_reduce_scatter_base", bytes, [0, 1, 2, 3, 4, 5, 6, 7], 8);
		expect(near / scatter).toBeCloseTo(2, 1);
		expect(transferNs(1e8, 0, 8, 8)).toBeGreaterThan(2 * transferNs(1e8, 0, 1, 8));
	});
});
