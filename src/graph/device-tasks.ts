/**
 * Device work as tasks, stream by stream, with the order of each stream and the launch of each task.
 */
import { NONE, type Trace } from "../trace/columns.js";
import type { Calls, LaunchHistory } from "./calls.js";
import type { CpuTasks } from "./cpu-tasks.js";
import { FROM_FINISH, FROM_START, type RankDraft } from "./draft.js";
import { EdgeKind, EXACT, TaskKind } from "./graph.js";
import type { KernelKinds } from "./kernel-kinds.js";
import { formatMessage } from "./message.js";

export interface DeviceTasks {
	/** The task of a device row (its transfer, where it may meet other ranks), or NONE. */
	readonly taskOf: Int32Array;
	/** Local processor of each stream id. */
	readonly processorOf: ReadonlyMap<number, number>;
	/** Arrival task of a device row that may meet other ranks, else NONE. */
	readonly arriveOf: Int32Array;
}

/** Two tasks of one stream that overlap by more than this ran side by side (a graph's branches), ns. */
const OVERLAP_NS = 2000;

/**
 * A launching call hands its work over just before it returns: measured from its end, the latency is the same few
 * microseconds whatever the call took. Only work that began earlier than this before the end (copies that block,
 * graphs that are launched piece by piece) is measured from the call's start, ns.
 */
const SUBMITTED_NS = 10_000;

/** @param joins of a device row: whether it may meet other ranks, and is then an arrival and a transfer. */
export function addDeviceTasks(
	draft: RankDraft,
	trace: Trace,
	calls: Calls,
	history: LaunchHistory,
	{ firstTask, launchShape }: CpuTasks,
	kinds: KernelKinds,
	joins: (row: number) => boolean,
): DeviceTasks {
	const { events } = trace;
	const taskOf = new Int32Array(events.count).fill(NONE);
	const arriveOf = new Int32Array(events.count).fill(NONE);
	const processorOf = new Map<number, number>();
	const shapes = new DeviceShapes(draft, trace);
	for (const [stream, rows] of history.rowsOf) {
		const processor = draft.addProcessor({
			rank: draft.rank,
			kind: "stream",
			id: String(stream),
			name: `stream ${stream}`,
		});
		processorOf.set(stream, processor);
		// A function of its own: it is optimised once, where a loop this long would be for every trace anew.
		let previous = NONE;
		const add = (row: number): void => {
			const start = events.startNs[row]!;
			const end = start + events.durNs[row]!;
			const name = events.name[row]!;
			const kind = kinds.of(events.category[row]!, name);
			const call = calls.launcherOf[row]!;
			const launch = call === NONE ? NONE : firstTask[call]!;
			const shape = shapes.of(row, call === NONE ? 0 : launchShape[call]!);
			let first: number;
			if (!joins(row)) {
				first = draft.addTask(kind, processor, name, shape, start, end);
				taskOf[row] = first;
			} else {
				first = draft.addTask(TaskKind.arrive, processor, name, shape, start, start);
				const transfer = draft.addTask(TaskKind.transfer, processor, name, shape, start, end);
				draft.addEdge(EdgeKind.intraStream, first, FROM_FINISH, transfer);
				arriveOf[row] = first;
				taskOf[row] = transfer;
			}
			if (launch !== NONE) {
				const slot = start >= draft.endNs[launch]! - SUBMITTED_NS ? FROM_FINISH : FROM_START;
				draft.addEdge(EdgeKind.launch, launch, slot, first);
			}
			if (previous !== NONE) {
				const overlaps = draft.endNs[previous]! > start + OVERLAP_NS;
				draft.addEdge(EdgeKind.intraStream, previous, overlaps ? FROM_START : FROM_FINISH, first, EXACT);
			} else if (launch === NONE) draft.addEdge(EdgeKind.entry, 0, FROM_FINISH, first);
			previous = taskOf[row]!;
		};
		for (let i = 0; i < rows.length; i++) add(rows[i]!);
	}
	return { taskOf, processorOf, arriveOf };
}

/** What tells one run of a kernel from another: for communication the message, else the grid and the operator's shapes. */
class DeviceShapes {
	private readonly ids = new Map<string, number>();
	private readonly operatorIds = new Map<number, number>();

	constructor(
		private readonly draft: RankDraft,
		private readonly trace: Trace,
	) {}

	/** @param launchShape shapes of the operator that launched it, 0 where unknown. */
	of(row: number, launchShape: number): number {
		const { events, comms, strings } = this.trace;
		const comm = events.detail[row]!;
		if (comm === NONE || comms.event[comm] !== row) return this.ofOperator(events.shape[row]!, launchShape);
		const { collective, inElems, outElems, dtype, groupRanks, groupName } = comms;
		const group = groupRanks[comm] || groupName[comm]!;
		const key = `${collective[comm]} ${inElems[comm]} ${outElems[comm]} ${dtype[comm]} ${group}`;
		let id = this.ids.get(key);
		if (id === undefined) {
			id = this.draft.addString(
				formatMessage({
					collective: strings.get(collective[comm]!),
					inElems: inElems[comm]!,
					outElems: outElems[comm]!,
					dtype: strings.get(dtype[comm]!),
					group: strings.get(group),
				}),
			);
			this.ids.set(key, id);
		}
		return id;
	}

	private ofOperator(grid: number, operator: number): number {
		if (operator === 0) return grid;
		if (grid === 0) return operator;
		// Ids of strings: far below 2^26 each.
		const key = grid * 0x400_0000 + operator;
		let id = this.operatorIds.get(key);
		if (id === undefined) {
			const { strings } = this.trace;
			id = this.draft.addString(`${strings.get(grid)} of ${strings.get(operator)}`);
			this.operatorIds.set(key, id);
		}
		return id;
	}
}
