/** Random jobs: whatever is emulated has to be possible, and the truth has to add up. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { record } from "../../fixtures/generate/record.js";
import { checkJob } from "../../src/synth/check-job.js";
import { latency } from "../../src/synth/costs.js";
import { execute } from "../../src/synth/execute/execute.js";
import { defaultJob, fullRecording, type Job, recomputeModes, schedules, worldSize } from "../../src/synth/job.js";
import type { RecordedRank } from "../../src/synth/kineto/recorded-rank.js";
import { Op } from "../../src/synth/program/instructions.js";
import { rankProgram } from "../../src/synth/program/rank-program.js";
import { truthOf } from "../../src/synth/truth.js";
import { expectSameBits } from "../support/same-bits.js";

const jobs: fc.Arbitrary<Job> = fc
	.record({
		seed: fc.nat(1000),
		tensorParallel: fc.constantFrom(1, 2, 4),
		pipelineParallel: fc.constantFrom(1, 2, 3, 4),
		dataParallel: fc.constantFrom(1, 2),
		chunks: fc.constantFrom(2, 3),
		groups: fc.constantFrom(1, 2),
		schedule: fc.constantFrom(...schedules),
		sequenceParallel: fc.boolean(),
		recompute: fc.constantFrom(...recomputeModes),
		overlapGradReduce: fc.boolean(),
		distributedOptimizer: fc.boolean(),
		deviceNoise: fc.constantFrom(0, 0.02, 0.25),
		gpusPerNode: fc.constantFrom(2, 8),
		straggler: fc.constantFrom(1, 1.5),
	})
	.map(({ chunks, groups, straggler, ...shape }) => {
		const schedule = shape.pipelineParallel === 1 && shape.schedule === "interleaved" ? "1f1b" : shape.schedule;
		const virtualPipeline = schedule === "interleaved" ? chunks : 1;
		return {
			...defaultJob,
			...shape,
			schedule,
			virtualPipeline,
			sequenceParallel: shape.sequenceParallel && shape.tensorParallel > 1,
			layers: shape.pipelineParallel * virtualPipeline,
			microBatches: shape.pipelineParallel * groups,
			hidden: 512,
			ffn: 2048,
			heads: 4,
			sequence: 256,
			vocabulary: 1024,
			steps: 2,
			stragglers: { 0: straggler },
		};
	});

function workInOrder({ times, program }: RecordedRank, stream: number): number[] {
	const works = Array.from({ length: program.workCount }, (_, work) => work);
	return works
		.filter((work) => program.workKinds[program.workKind[work]!]!.stream === stream)
		.sort((a, b) => times.workStartNs[a]! - times.workStartNs[b]!);
}

/** What every executed rank must keep to by itself. */
function checkRank(rank: RecordedRank): void {
	const { program, times } = rank;
	const { atNs, workStartNs, workEndNs } = times;
	for (let i = 0; i < program.count; i++) {
		if (!(atNs[i + 1]! >= atNs[i]! + program.ns[i]!)) throw new Error(`instruction ${i} is too short`);
		const work = program.a[i]!;
		if (program.op[i] === Op.launch && !(workStartNs[work]! >= atNs[i]! + program.launchLatencyNs[work]!))
			throw new Error(`work ${work} starts before its launch`);
	}
	for (let stream = 0; stream < 6; stream++) {
		workInOrder(rank, stream).forEach((work, i, all) => {
			if (i > 0 && work < all[i - 1]!) throw new Error(`work ${work} overtakes`);
			if (i > 0 && !(workStartNs[work]! >= workEndNs[all[i - 1]!]! + latency.streamGap))
				throw new Error(`work ${work} starts while its stream is busy`);
			if (!(workEndNs[work]! >= workStartNs[work]! + program.workNs[work]!))
				throw new Error(`work ${work} is too short`);
		});
	}
}

/** Members of a collective end together, one wire time after the last of them came. */
function checkMeetings(ranks: readonly RecordedRank[]): void {
	const meetings = new Map<number, { size: number; lastNs: number; wireNs: number; endsNs: number[] }>();
	for (const { program, times } of ranks) {
		for (let work = 0; work < program.workCount; work++) {
			const m = program.meetingOffset[work]!;
			if (program.meetingOffset[work + 1]! - m !== 1) continue;
			const key = program.meetingKey[m]!;
			const meeting = meetings.get(key) ?? { size: program.meetingSize[m]!, lastNs: 0, wireNs: 0, endsNs: [] };
			meeting.lastNs = Math.max(meeting.lastNs, times.workStartNs[work]!);
			if (meeting.wireNs !== 0) expect(program.meetingNs[m]).toBe(meeting.wireNs);
			meeting.wireNs = program.meetingNs[m]!;
			meeting.endsNs.push(times.workEndNs[work]!);
			meetings.set(key, meeting);
		}
	}
	for (const { size, lastNs, wireNs, endsNs } of meetings.values()) {
		// The other side of a transfer may have been batched with another.
		if (endsNs.length < size) continue;
		expect(endsNs).toHaveLength(size);
		for (const endNs of endsNs) {
			expect(endNs).toBeGreaterThanOrEqual(lastNs + wireNs);
			expect(endNs).toBeLessThan(lastNs + wireNs + latency.collectiveEnd);
		}
	}
}

test("every job that passes the check runs, as a machine could run it, and its truth adds up", () => {
	fc.assert(
		fc.property(jobs, (job) => {
			checkJob(job);
			const ranks = record(job, fullRecording);
			for (const rank of ranks) {
				checkRank(rank);
				for (const step of truthOf(rank).steps) {
					const parts = step.exposedComputeNs + step.exposedCommNs + step.overlappedNs + step.otherNs;
					expect(parts).toBe(step.durationNs);
					expect(
						Math.min(step.exposedComputeNs, step.exposedCommNs, step.overlappedNs, step.otherNs),
					).toBeGreaterThanOrEqual(0);
					for (const { waitNs, wireNs } of step.collectives) {
						expect(waitNs).toBeGreaterThanOrEqual(0);
						expect(wireNs).toBeGreaterThan(0);
					}
				}
			}
			checkMeetings(ranks);
		}),
		{ numRuns: 15 },
	);
});

test("the order in which ranks are run changes no time", () => {
	fc.assert(
		fc.property(jobs, (job) => {
			const programs = Array.from({ length: worldSize(job) }, (_, rank) => rankProgram(job, rank));
			const forwards = execute(programs, job.seed);
			const backwards = execute([...programs].reverse(), job.seed).reverse();
			forwards.forEach((times, rank) => {
				expectSameBits({ ...backwards[rank] }, { ...times });
			});
		}),
		{ numRuns: 8 },
	);
});
