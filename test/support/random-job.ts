/**
 * Communication of a made-up job, as rank tables, and which operations truly belong together: what matching is held
 * against. Ranks compute for random times, meet in collectives of tensor-, pipeline- and data-parallel groups, and record
 * all that with clocks that are off, from moments that differ.
 */

import type { MatchColumns } from "../../src/graph/comms/match-columns.js";
import type { RankComms } from "../../src/graph/comms/rank-comms.js";
import { NONE } from "../../src/trace/columns.js";
import { SeededRandom } from "./seeded-random.js";

export interface JobOptions {
	readonly seed: number;
	readonly tp?: number;
	readonly pp?: number;
	readonly dp?: number;
	readonly layers?: number;
	readonly microBatches?: number;
	readonly steps?: number;
	/** What the kernels say: everything, all but `Seq`, all but on those before the second step, nothing. @default "seq" */
	readonly metadata?: "seq" | "no-seq" | "late" | "none";
	/** Clocks are off by up to so much, us. */
	readonly skewUs?: number;
	/** And gain or lose up to so much, parts per million. */
	readonly driftPpm?: number;
	/** Ranks begin to record up to so much later than the first, part of a step. */
	readonly lateStart?: number;
	/** Ranks stop up to so many operations early. */
	readonly lostTail?: number;
	/** Part of the operations that the recorder lost, anywhere. */
	readonly lost?: number;
	/** Recorded ends are off by about so much, us. */
	readonly noiseUs?: number;
	/** All communicators of a rank run on one stream. */
	readonly oneStream?: boolean;
	/** Names of groups are counters of each rank. */
	readonly localNames?: boolean;
	/** Peers of messages are places in their group. */
	readonly relativePeers?: boolean;
	/** Sends end before the receive begins. */
	readonly eager?: boolean;
	/** Compute takes about so long, us; a part of it varies. */
	readonly computeUs?: number;
	readonly variation?: number;
}

export interface Job {
	readonly ranks: readonly RankComms[];
	/** The kernels of each operation that all its members recorded, as `keyOf` writes them. */
	readonly whole: ReadonlySet<string>;
	/** By how much each clock is ahead, of the first rank's and at its time 0, ns; and what it gains, parts per million. */
	readonly offsetNs: readonly number[];
	readonly driftPpm: readonly number[];
}

export interface Score {
	/** Operations that all their members recorded, and those of them that were matched. */
	readonly whole: number;
	readonly right: number;
	/** Matches of anything else. */
	readonly wrong: number;
}

/** Operations of the same kernels (both directions of an exchange) count once. */
export function score({ ranks, whole }: Job, { count, offset, memberRank, memberOp }: MatchColumns): Score {
	let right = 0;
	let wrong = 0;
	for (let m = 0; m < count; m++) {
		const members = Array.from({ length: offset[m + 1]! - offset[m]! }, (_, i) => offset[m]! + i);
		const key = keyOf(members.map((i) => [ranks[memberRank[i]!]!.rank, ranks[memberRank[i]!]!.row[memberOp[i]!]!]));
		if (whole.has(key)) right++;
		else wrong++;
	}
	return { whole: whole.size, right, wrong };
}

const keyOf = (kernels: readonly (readonly [rank: number, row: number])[]): string =>
	kernels
		.map(([rank, row]) => `${rank}:${row}`)
		.sort()
		.join(" ");

interface Op {
	readonly id: number;
	readonly step: number;
	readonly row: number;
	readonly kernel: string;
	readonly collective: string;
	readonly elems: number;
	readonly group: readonly number[];
	readonly groupId: number;
	readonly stream: number;
	readonly seq: number;
	readonly src: number;
	readonly dst: number;
	readonly startUs: number;
	readonly endUs: number;
}

const BASE_NS = 1_700_000_000_000_000_000n;

export function randomJob(options: JobOptions): Job {
	const { tp = 2, pp = 2, dp = 2, layers = 3, microBatches = 4, steps = 2, computeUs = 300, variation = 0.2 } = options;
	const seeded = new SeededRandom(options.seed);
	const random = (): number => seeded.next();
	const world = tp * pp * dp;
	const rankOf = (t: number, d: number, p: number): number => t + tp * (d + dp * p);
	const ops: Op[][] = Array.from({ length: world }, () => []);
	const now = new Float64Array(world);
	const free = Array.from({ length: world }, () => new Map<number, number>());
	const rowOf = new Uint32Array(world);
	const groupIds = new Map<string, number>();
	const seqOf = new Map<string, number>();
	const sizes = new Map<number, number>();
	const stepStarts: number[][] = Array.from({ length: world }, () => []);
	let nextId = 0;
	let step = 0;
	const compute = (rank: number, share = 1): void => {
		now[rank]! += computeUs * share * (1 + variation * (random() - 0.5));
	};
	const noise = (): number => (options.noiseUs ?? 1) * (random() - 0.5);
	/** One communication of some ranks: `parts` says what each rank's kernel carries. */
	const meet = (
		group: readonly number[],
		kernel: string,
		stream: number,
		wireUs: number,
		blocking: boolean,
		partsOf: (rank: number) => { id: number; collective: string; elems: number; src?: number; dst?: number }[],
		members = group,
	): void => {
		const key = group.join();
		if (!groupIds.has(key)) groupIds.set(key, groupIds.size + 1);
		const channel = options.oneStream ? 7 : stream;
		const starts = members.map((rank) => Math.max(now[rank]! + 5 + 3 * random(), free[rank]!.get(channel) ?? 0));
		const end = Math.max(...starts) + wireUs * (1 + 0.1 * random());
		for (const [m, rank] of members.entries()) {
			const parts = partsOf(rank);
			const sends = parts.length > 0 && parts.every(({ collective }) => collective === "send");
			const ownEnd = options.eager && sends ? starts[m]! + wireUs / 2 : end + noise();
			const seq = seqOf.get(`${rank} ${key}`) ?? 0;
			seqOf.set(`${rank} ${key}`, seq + 1);
			for (const { id, collective, elems, src = NONE, dst = NONE } of parts) {
				sizes.set(id, src === NONE && dst === NONE ? group.length : 2);
				ops[rank]!.push({
					id,
					step,
					row: rowOf[rank]!,
					kernel,
					collective,
					elems,
					group,
					groupId: groupIds.get(key)!,
					stream: channel,
					seq,
					src,
					dst,
					startUs: starts[m]!,
					endUs: ownEnd,
				});
			}
			rowOf[rank]!++;
			free[rank]!.set(channel, ownEnd + 1);
			if (blocking) now[rank] = ownEnd;
		}
	};
	const collective = (
		group: readonly number[],
		name: string,
		elems: number,
		stream: number,
		wireUs: number,
		blocking: boolean,
	): void => {
		if (group.length < 2) return;
		const id = nextId++;
		const kernel = `ncclDevKernel_${name === "allreduce" ? "AllReduce_Sum_bf16" : name === "_allgather_base" ? "AllGather" : "ReduceScatter_Sum_f32"}_RING_LL(ncclDevKernelArgs)`;
		meet(group, kernel, stream, wireUs, blocking, () => [{ id, collective: name, elems }]);
	};
	const pipelineOf = (rank: number): number[] => {
		const t = rank % tp;
		const d = Math.floor(rank / tp) % dp;
		return Array.from({ length: pp }, (_, p) => rankOf(t, d, p));
	};
	const transfer = (from: number, to: number): void => {
		const id = nextId++;
		meet(
			pipelineOf(from),
			"ncclDevKernel_SendRecv(ncclDevKernelArgs)",
			28,
			60,
			true,
			(rank) => [
				rank === from
					? { id, collective: "send", elems: 4096, dst: to }
					: { id, collective: "recv", elems: 4096, src: from },
			],
			[from, to],
		);
	};
	const exchange = (a: number, b: number): void => {
		const there = nextId++;
		const back = nextId++;
		meet(
			pipelineOf(a),
			"ncclDevKernel_SendRecv(ncclDevKernelArgs)",
			28,
			80,
			true,
			(rank) => [
				{ id: there, elems: 4096, ...(rank === a ? { collective: "send", dst: b } : { collective: "recv", src: a }) },
				{ id: back, elems: 4096, ...(rank === a ? { collective: "recv", src: b } : { collective: "send", dst: a }) },
			],
			[a, b],
		);
	};
	const ranksOf = (p: number): number[] => Array.from({ length: tp * dp }, (_, i) => i + tp * dp * p);
	const layer = (p: number, backward: boolean): void => {
		for (let d = 0; d < dp; d++) {
			const group = Array.from({ length: tp }, (_, t) => rankOf(t, d, p));
			for (let half = 0; half < 2; half++) {
				for (const rank of group) compute(rank, backward ? 2 : 1);
				collective(group, "allreduce", 8192 * (1 + half), 20, 40, true);
			}
		}
	};
	for (step = 0; step < steps; step++) {
		for (let rank = 0; rank < world; rank++) stepStarts[rank]!.push(now[rank]!);
		for (let mb = 0; mb < microBatches; mb++) {
			for (let p = 0; p < pp; p++) {
				for (let l = 0; l < layers; l++) layer(p, false);
				if (p + 1 < pp) for (const rank of ranksOf(p)) transfer(rank, rank + tp * dp);
			}
		}
		for (let mb = 0; mb < microBatches; mb++) {
			for (let p = pp - 1; p >= 0; p--) {
				for (let l = 0; l < layers; l++) {
					layer(p, true);
					if (mb === microBatches - 1)
						for (let t = 0; t < tp; t++)
							collective(
								Array.from({ length: dp }, (_, d) => rankOf(t, d, p)),
								"_reduce_scatter_base",
								65536 + l,
								24,
								150,
								false,
							);
				}
				if (p > 0 && mb + 1 < microBatches && random() < 0.5)
					for (const rank of ranksOf(p)) exchange(rank, rank - tp * dp);
				else if (p > 0) for (const rank of ranksOf(p)) transfer(rank, rank - tp * dp);
			}
		}
		for (let p = 0; p < pp; p++)
			for (let t = 0; t < tp; t++)
				collective(
					Array.from({ length: dp }, (_, d) => rankOf(t, d, p)),
					"_allgather_base",
					65536,
					24,
					150,
					true,
				);
		collective(
			Array.from({ length: world }, (_, r) => r),
			"allreduce",
			4,
			30,
			20,
			true,
		);
		for (let rank = 0; rank < world; rank++) compute(rank, 3);
	}
	const offsetNs = ops.map((_, r) => (r === 0 ? 0 : 1e3 * (options.skewUs ?? 0) * (2 * random() - 1)));
	const driftPpm = ops.map((_, r) => (r === 0 ? 0 : (options.driftPpm ?? 0) * (2 * random() - 1)));
	const stepUs = (stepStarts[0]![1] ?? now[0]!) - stepStarts[0]![0]!;
	const kept = ops.map((of) => {
		of.sort((a, b) => a.startUs - b.startUs || a.row - b.row);
		const from = (of[0]?.startUs ?? 0) + (options.lateStart ?? 0) * stepUs * random();
		const until = of.length - Math.floor((options.lostTail ?? 0) * random());
		const lostRows = new Set<number>();
		for (const { row } of of) if (random() < (options.lost ?? 0)) lostRows.add(row);
		return of.filter((op, i) => op.startUs >= from && i < until && !lostRows.has(op.row));
	});
	// A kernel of which nothing is recorded does not show how many messages it carries.
	const shown = kept.map((of) => of.filter((op, i) => says(options, op) || i === 0 || of[i - 1]!.row !== op.row));
	const ranks = shown.map((of, r) =>
		tableOf(of, r, world, options, (us) => Math.round(us * 1e3 * (1 + driftPpm[r]! * 1e-6) + offsetNs[r]!)),
	);
	const kernels = new Map<number, (readonly [number, number])[]>();
	for (const [r, of] of shown.entries())
		for (const { id, row } of of) kernels.set(id, [...(kernels.get(id) ?? []), [r, row]]);
	const whole = new Set([...kernels].filter(([id, of]) => of.length === sizes.get(id)).map(([, of]) => keyOf(of)));
	return { ranks, whole, offsetNs, driftPpm };
}

const says = ({ metadata = "seq" }: Pick<JobOptions, "metadata">, { step }: Op): boolean =>
	metadata !== "none" && (metadata !== "late" || step > 0);

function tableOf(
	ops: readonly Op[],
	rank: number,
	worldSize: number,
	{ metadata = "seq", localNames, relativePeers }: JobOptions,
	clockNs: (us: number) => number,
): RankComms {
	const strings: string[] = [""];
	const intern = (text: string): number => {
		const known = strings.indexOf(text);
		return known >= 0 ? known : strings.push(text) - 1;
	};
	const names = new Map<number, string>();
	const nameOf = ({ groupId }: Op): string => {
		if (!localNames) return String(groupId);
		if (!names.has(groupId)) names.set(groupId, String(names.size));
		return names.get(groupId)!;
	};
	const text = (of: (op: Op) => string): Uint32Array =>
		Uint32Array.from(ops, (op) => (says({ metadata }, op) ? intern(of(op)) : 0));
	const ints = (of: (op: Op) => number): Int32Array =>
		Int32Array.from(ops, (op) => (says({ metadata }, op) ? of(op) : NONE));
	const peer = (op: Op, recorded: number): number =>
		relativePeers && recorded !== NONE ? op.group.indexOf(recorded) : recorded;
	return {
		rank,
		worldSize,
		baseNs: BASE_NS,
		count: ops.length,
		row: Uint32Array.from(ops, ({ row }) => row),
		startNs: Float64Array.from(ops, ({ startUs }) => clockNs(startUs)),
		endNs: Float64Array.from(ops, (op) => clockNs(op.endUs)),
		stream: Int32Array.from(ops, ({ stream }) => stream),
		kernel: Uint32Array.from(ops, ({ kernel }) => intern(kernel)),
		grid: Uint32Array.from(ops, ({ elems }) => intern(elems > 100 ? "[24, 1, 1]" : "[1, 1, 1]")),
		collective: text(({ collective }) => collective),
		dtype: text(() => "BFloat16"),
		inElems: Float64Array.from(ops, (op) => (says({ metadata }, op) ? op.elems : NONE)),
		outElems: Float64Array.from(ops, (op) => (says({ metadata }, op) ? op.elems : NONE)),
		groupName: text(nameOf),
		groupDesc: text(() => ""),
		groupRanks: text(({ group }) => `[${group.join(", ")}]`),
		groupSize: ints(({ group }) => group.length),
		seq: ints(({ seq }) => (metadata === "no-seq" ? NONE : seq)),
		src: ints((op) => peer(op, op.src)),
		dst: ints((op) => peer(op, op.dst)),
		step: Int32Array.from(ops, ({ step }) => 10 + step),
		strings,
		processGroups: [],
	};
}
