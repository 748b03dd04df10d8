/** Rank tables by hand: times in microseconds. */
import type { RankComms } from "../../src/graph/comms/rank-comms.js";
import { NONE, type ProcessGroup } from "../../src/trace/columns.js";

export interface HandOp {
	readonly at: number;
	readonly takes: number;
	readonly kernel?: string;
	readonly stream?: number;
	/** Device row, where several operations share one. @default its index */
	readonly row?: number;
	/** Empty: nothing is recorded. */
	readonly collective?: string;
	readonly elems?: number;
	readonly group?: readonly number[];
	/** As recorded, where it is not the list of `group`. */
	readonly groupRanks?: string;
	readonly groupName?: string;
	readonly groupDesc?: string;
	readonly seq?: number;
	readonly step?: number;
	readonly src?: number;
	readonly dst?: number;
}

export interface HandComms {
	readonly worldSize?: number;
	readonly baseNs?: bigint;
	readonly processGroups?: readonly ProcessGroup[];
}

export function handComms(rank: number, ops: readonly HandOp[], job: HandComms = {}): RankComms {
	const strings = [""];
	const intern = (text: string): number => {
		const known = strings.indexOf(text);
		return known >= 0 ? known : strings.push(text) - 1;
	};
	const text = (of: (op: HandOp) => string): Uint32Array => Uint32Array.from(ops, (op) => intern(of(op)));
	const ints = (of: (op: HandOp) => number | undefined): Int32Array => Int32Array.from(ops, (op) => of(op) ?? NONE);
	const says = ({ collective }: HandOp): boolean => collective !== "";
	const elems = Float64Array.from(ops, (op) => (says(op) ? (op.elems ?? 1024) : NONE));
	return {
		rank,
		worldSize: job.worldSize ?? 2,
		baseNs: job.baseNs ?? 0n,
		count: ops.length,
		row: Uint32Array.from(ops, ({ row }, i) => row ?? i),
		startNs: Float64Array.from(ops, ({ at }) => 1e3 * at),
		endNs: Float64Array.from(ops, ({ at, takes }) => 1e3 * (at + takes)),
		stream: Int32Array.from(ops, ({ stream = 7 }) => stream),
		kernel: text(({ kernel = "ncclDevKernel_AllReduce_Sum_bf16_RING_LL" }) => kernel),
		grid: text(() => "[24, 1, 1]"),
		collective: text(({ collective = "allreduce" }) => collective),
		dtype: text((op) => (says(op) ? "BFloat16" : "")),
		inElems: elems,
		outElems: elems,
		groupName: text((op) => (says(op) ? (op.groupName ?? "1") : "")),
		groupDesc: text((op) => (says(op) ? (op.groupDesc ?? "") : "")),
		groupRanks: text((op) => (says(op) ? (op.groupRanks ?? `[${(op.group ?? [0, 1]).join(", ")}]`) : "")),
		groupSize: ints((op) => (says(op) ? (op.group ?? [0, 1]).length : undefined)),
		seq: ints(({ seq }) => seq),
		src: ints(({ src }) => src),
		dst: ints(({ dst }) => dst),
		step: ints(({ step }) => step),
		strings,
		processGroups: job.processGroups ?? [],
	};
}
