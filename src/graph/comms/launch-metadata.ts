/**
 * Metadata of communication that the kernel does not carry itself: it stands on the `record_param_comms` operators
 * that led to the launch.
 */
import { groupRows, lastAtMost, selectRows, sortRows } from "../../lib/sort.js";
import { Category, NONE, type Trace } from "../../trace/columns.js";
import type { Calls } from "../calls.js";

export class LaunchMetadata {
	/** Operators with metadata by `External id`; where several share one, the first. */
	private readonly byExternalId = new Map<number, number>();
	private readonly threads: ReadonlyMap<number, ThreadComms>;

	constructor(
		private readonly trace: Trace,
		private readonly calls: Calls,
		isCommunication: (deviceRow: number) => boolean,
	) {
		const { comms, events } = trace;
		const operators = selectRows(comms.count, (c) => events.category[comms.event[c]!] === Category.cpuOp);
		for (const comm of operators) {
			const id = events.externalId[comms.event[comm]!]!;
			if (id !== NONE && !this.byExternalId.has(id)) this.byExternalId.set(id, comm);
		}
		const starts = Float64Array.from(comms.event, (row) => events.startNs[row]!);
		const byThread = groupRows(sortRows(operators, starts), (comm) => events.track[comms.event[comm]!]!);
		const launches = groupRows(
			calls.launches.filter((call) => isCommunication(calls.launchedBy[call]!)),
			(call) => events.track[call]!,
		);
		this.threads = new Map(
			[...byThread].map(([track, sorted]) => [track, new ThreadComms(trace, sorted, launches.get(track) ?? NO_ROWS)]),
		);
	}

	/** Rows of `Trace.comms` of the operators that a kernel was launched for; empty where the trace does not say. */
	of(row: number): readonly number[] {
		const { events } = this.trace;
		const call = this.calls.launcherOf[row]!;
		const thread = call === NONE ? undefined : this.threads.get(events.track[call]!);
		const before = thread?.launchedBy(call) ?? [];
		if (before.length > 0) return before;
		const id = events.externalId[row]! !== NONE || call === NONE ? events.externalId[row]! : events.externalId[call]!;
		const byId = id === NONE ? undefined : this.byExternalId.get(id);
		return byId === undefined ? [] : [byId];
	}
}

const NO_ROWS = new Uint32Array(0);

/** Operators with metadata nest two or three deep (`c10d::allreduce_` around `record_param_comms`). */
const MOST_NESTED = 4;

/**
 * The operators of one thread beside its launches of communication. An operator is answered by the launch inside it;
 * those without one were gathered (`ncclGroupStart`) and are answered together by the next launch outside.
 */
class ThreadComms {
	private readonly startNs: Float64Array;
	private readonly endNs: Float64Array;
	/** The operators that a launch call answers, by its row. */
	private readonly answered = new Map<number, number[]>();

	/** Both by start time. */
	constructor(trace: Trace, operators: Uint32Array, launches: Uint32Array) {
		const { events, comms, strings } = trace;
		this.startNs = Float64Array.from(operators, (comm) => events.startNs[comms.event[comm]!]!);
		this.endNs = this.startNs.map((start, i) => start + events.durNs[comms.event[operators[i]!]!]!);
		// Waiting launches nothing, and neither need a group of one.
		const taken = Uint8Array.from(operators, (comm) =>
			/^wait$/i.test(strings.get(comms.collective[comm]!)) || comms.groupSize[comm] === 1 ? 1 : 0,
		);
		const outside = launches.filter((call) => {
			const inside = this.enclosing(events.startNs[call]!);
			if (inside === NONE) return true;
			taken[inside] = 1;
			this.answered.set(call, [operators[inside]!]);
			return false;
		});
		let next = 0;
		for (const call of outside) {
			const gathered: number[] = [];
			for (; next < operators.length && this.startNs[next]! < events.startNs[call]!; next++)
				if (!taken[next]) gathered.push(operators[next]!);
			// One launch is of one group; the last that was called.
			const group = comms.groupName[gathered.at(-1) ?? 0];
			const ofGroup = gathered.filter((comm) => comms.groupName[comm] === group);
			if (ofGroup.length > 0) this.answered.set(call, ofGroup);
		}
	}

	launchedBy(call: number): readonly number[] {
		return this.answered.get(call) ?? [];
	}

	/** The innermost operator that a moment lies in, or NONE. Operators of one thread are nested or apart. */
	private enclosing(atNs: number): number {
		const last = lastAtMost(this.startNs, atNs);
		for (let i = last; i >= 0 && i > last - MOST_NESTED; i--) if (this.endNs[i]! >= atNs) return i;
		return NONE;
	}
}
