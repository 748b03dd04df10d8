/**
 * The communication of one rank as matching and clocks see it: a flat table that is small beside the trace and can be
 * handed between threads.
 */
import { Category, NONE, type ProcessGroup, type Trace } from "../../trace/columns.js";
import type { Calls } from "../calls.js";
import { TaskKind } from "../graph.js";
import type { KernelKinds } from "../kernel-kinds.js";
import { LaunchMetadata } from "./launch-metadata.js";

/**
 * A rank's operations in the order in which their kernels started. One row an operation: a kernel that carries several
 * sends and receives has as many rows, next to each other, with the same device row and times. Columns of text are ids
 * in `strings`, 0 (the empty string) where nothing is recorded; numbers are NONE where absent.
 */
export interface RankComms {
	readonly rank: number;
	readonly worldSize: number;
	/** Absolute ns (of the recorder's clock) of time 0. */
	readonly baseNs: bigint;
	readonly count: number;
	/** The kernel's event row in the rank's trace. */
	readonly row: Uint32Array;
	readonly startNs: Float64Array;
	readonly endNs: Float64Array;
	readonly stream: Int32Array;
	/** Name of the kernel, and its launch grid. */
	readonly kernel: Uint32Array;
	readonly grid: Uint32Array;
	/** As recorded (`allreduce`, `_allgather_base`, …); `send` and `recv` for the parts of coalesced exchanges. */
	readonly collective: Uint32Array;
	readonly dtype: Uint32Array;
	readonly inElems: Float64Array;
	readonly outElems: Float64Array;
	readonly groupName: Uint32Array;
	readonly groupDesc: Uint32Array;
	readonly groupRanks: Uint32Array;
	readonly groupSize: Int32Array;
	readonly seq: Int32Array;
	/** The rank a message comes from and goes to, as recorded: of the job, or of the group. */
	readonly src: Int32Array;
	readonly dst: Int32Array;
	/** N of the `ProfilerStep#N` in which the kernel was launched. */
	readonly step: Int32Array;
	readonly strings: readonly string[];
	/** The process groups of more than one rank that the header lists for this rank. */
	readonly processGroups: readonly ProcessGroup[];
}

export const isSend = (collective: string): boolean => /^i?send/i.test(collective);
export const isReceive = (collective: string): boolean => /^i?recv/i.test(collective);
const isCoalesced = (collective: string): boolean => /coalesced|batch_isend_irecv/i.test(collective);

/** @param calls of this trace, for metadata that only the launching operator carries. */
export function rankComms(trace: Trace, calls: Calls, kinds: KernelKinds): RankComms {
	const { events, comms } = trace;
	const isKnown = (row: number): boolean => events.detail[row] !== NONE && comms.event[events.detail[row]!] === row;
	const isCommunication = (row: number): boolean =>
		events.category[row] === Category.kernel &&
		(isKnown(row) || kinds.of(Category.kernel, events.name[row]!) === TaskKind.comm);
	const launched = new LaunchMetadata(trace, calls, isCommunication);
	const table = new TableBuilder(trace, calls.launcherOf);
	for (const row of calls.device) {
		if (!isCommunication(row)) continue;
		const own = isKnown(row) ? events.detail[row]! : NONE;
		if (own !== NONE && !isCoalesced(trace.strings.get(comms.collective[own]!))) table.add(row, own);
		else table.addAll(row, own, launched.of(row));
	}
	return table.finish();
}

/** For a rank that is read alone: its communication can meet nobody. */
export function noComms(trace: Trace): RankComms {
	return new TableBuilder(trace, new Int32Array(0)).finish();
}

class TableBuilder {
	private readonly ids = new Map<number, number>();
	private readonly strings: string[] = [""];
	private readonly rows: number[] = [];
	private readonly comm: number[] = [];
	/** Of a coalesced exchange: 1 for its part that is sent, 2 for the one that is received. */
	private readonly part: number[] = [];

	constructor(
		private readonly trace: Trace,
		private readonly launcherOf: Int32Array,
	) {}

	add(row: number, comm: number, part = 0): void {
		this.rows.push(row);
		this.comm.push(comm);
		this.part.push(part);
	}

	/** @param launched what the operators recorded that the kernel was launched for. */
	addAll(row: number, own: number, launched: readonly number[]): void {
		const { strings, comms } = this.trace;
		const parts = launched.filter((comm) => !isCoalesced(strings.get(comms.collective[comm]!)));
		if (parts.length > 0) {
			for (const comm of parts) this.add(row, comm);
			return;
		}
		const comm = own === NONE ? (launched[0] ?? NONE) : own;
		const sends = comm !== NONE && comms.dstRank[comm] !== NONE;
		const receives = comm !== NONE && comms.srcRank[comm] !== NONE;
		if (sends) this.add(row, comm, 1);
		if (receives) this.add(row, comm, 2);
		if (!sends && !receives) this.add(row, comm);
	}

	finish(): RankComms {
		const { rows, comm, part, trace } = this;
		const { events, comms } = trace;
		const count = rows.length;
		// Loops: `from` with a function goes through an iterator and is ten times slower.
		const text = (column: Uint32Array, of: readonly number[] = comm): Uint32Array => {
			const ids = new Uint32Array(count);
			for (let i = 0; i < count; i++) ids[i] = of[i] === NONE ? 0 : this.intern(column[of[i]!]!);
			return ids;
		};
		const pick = <T extends Int32Array | Float64Array>(to: T, column: T, of: readonly number[] = comm): T => {
			for (let i = 0; i < count; i++) to[i] = of[i] === NONE ? NONE : column[of[i]!]!;
			return to;
		};
		const ints = (column: Int32Array): Int32Array => pick(new Int32Array(count), column);
		const floats = (column: Float64Array): Float64Array => pick(new Float64Array(count), column);
		const startNs = pick(new Float64Array(count), events.startNs, rows);
		const endNs = pick(new Float64Array(count), events.durNs, rows);
		for (let i = 0; i < count; i++) endNs[i]! += startNs[i]!;
		const collective = text(comms.collective);
		const src = ints(comms.srcRank);
		const dst = ints(comms.dstRank);
		const directions = part.some((p) => p !== 0) ? [0, this.push("send"), this.push("recv")] : [];
		part.forEach((p, i) => {
			if (p === 0) return;
			collective[i] = directions[p]!;
			(p === 1 ? src : dst)[i] = NONE;
		});
		return {
			rank: trace.rank,
			worldSize: trace.worldSize,
			baseNs: trace.baseNs,
			count,
			row: Uint32Array.from(rows),
			startNs,
			endNs,
			stream: pick(new Int32Array(count), events.stream, rows),
			kernel: text(events.name, rows),
			grid: text(events.shape, rows),
			collective,
			dtype: text(comms.dtype),
			inElems: floats(comms.inElems),
			outElems: floats(comms.outElems),
			groupName: text(comms.groupName),
			groupDesc: text(comms.groupDesc),
			groupRanks: text(comms.groupRanks),
			groupSize: ints(comms.groupSize),
			seq: ints(comms.seq),
			src,
			dst,
			step: Int32Array.from(rows, (row) => this.stepOf(row)),
			strings: this.strings,
			processGroups: trace.processGroups.filter(
				({ size, ranks }) => size > 1 && (ranks.length === 0 || ranks.includes(trace.rank)),
			),
		};
	}

	private stepOf(row: number): number {
		const call = this.launcherOf[row]!;
		if (call === NONE) return NONE;
		const launchNs = this.trace.events.startNs[call]!;
		const within = this.trace.steps.find(({ startNs, endNs }) => launchNs >= startNs && launchNs < endNs);
		return within === undefined || within.step === "all" ? NONE : within.step;
	}

	private intern(id: number): number {
		if (id === 0) return 0;
		let known = this.ids.get(id);
		if (known === undefined) {
			known = this.push(this.trace.strings.get(id));
			this.ids.set(id, known);
		}
		return known;
	}

	private push(text: string): number {
		return this.strings.push(text) - 1;
	}
}
