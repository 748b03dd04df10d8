/**
 * CPU waits on the device: what each blocking call waits for, and what it costs by itself.
 *
 * Device and stream synchronisation become runtime waits: whatever has been launched by the time of the call. Event
 * synchronisation and blocking copies wait for one known task: an edge.
 */
import { quantile } from "../../lib/sort.js";
import { NONE, type Trace } from "../../trace/columns.js";
import type { Calls, LaunchHistory } from "../calls.js";
import type { CpuTasks } from "../cpu-tasks.js";
import type { DeviceTasks } from "../device-tasks.js";
import { FROM_FINISH, FROM_START, type RankDraft } from "../draft.js";
import { EdgeKind, EXACT, TaskKind } from "../graph.js";
import type { LaunchQueue } from "../launch-queue.js";
import { CallRole } from "../runtime-calls.js";
import type { SyncRows } from "../sync-rows.js";

/** A call that returned within this time of a task's end may have waited for it, ns. */
const RETURN_LATENCY_NS = 100_000;
/** Shorter calls did not wait, ns. */
const UNBLOCKED_NS = 15_000;

const CONFIDENCE = { ended: 200, lastLaunched: 120 } as const;

export function addBlockingEdges(
	draft: RankDraft,
	trace: Trace,
	calls: Calls,
	cpu: CpuTasks,
	device: DeviceTasks,
	history: LaunchHistory,
	syncRows: SyncRows,
	queue: LaunchQueue,
): void {
	const { events } = trace;
	const endOf = (row: number): number => events.startNs[row]! + events.durNs[row]!;
	const costs = new Map<number, number[]>();
	const blocked: { row: number; waitedNs: number }[] = [];

	for (let row = 0; row < events.count; row++) {
		const task = cpu.returnTask[row]!;
		if (task === NONE) continue;
		const freed = queue.freedBy[row]!;
		if (freed !== NONE) {
			draft.addEdge(EdgeKind.sync, device.taskOf[freed]!, FROM_FINISH, task, CONFIDENCE.ended);
			if (calls.blocks[row] !== 1) continue;
		}
		const callNs = events.startNs[row]!;
		const returnNs = endOf(row);
		let waitedNs = Number.NEGATIVE_INFINITY;
		const waitFor = (stream: number, confidence: number): void => {
			const target = history.lastBy(stream, callNs);
			if (target !== NONE && endOf(target) > returnNs) return;
			draft.addWait({
				task,
				stream: device.processorOf.get(stream)!,
				target: target === NONE ? 0 : device.taskOf[target]!,
				confidence,
			});
			if (target !== NONE) waitedNs = Math.max(waitedNs, endOf(target));
		};
		switch (calls.role[row]) {
			case CallRole.deviceSync:
				for (const stream of history.streams) waitFor(stream, EXACT);
				break;
			case CallRole.streamSync: {
				const exact = syncRows.streamOfSync(row);
				if (exact !== NONE && device.processorOf.has(exact)) waitFor(exact, EXACT);
				else {
					const guess = guessStream(callNs, returnNs, history, endOf);
					if (guess) waitFor(guess.stream, guess.confidence);
				}
				break;
			}
			case CallRole.eventSync: {
				const target = syncRows.recordedBeforeSync(row, history) ?? guessTarget(callNs, returnNs, history, endOf);
				if (target === undefined || endOf(target.row) > returnNs) break;
				draft.addEdge(EdgeKind.sync, device.taskOf[target.row]!, FROM_FINISH, task, target.confidence);
				waitedNs = endOf(target.row);
				break;
			}
			default: {
				const copy = calls.launchedBy[row]!;
				// A staged copy returns before the device has the last bytes: it is bound by the copy's start.
				const slot = endOf(copy) <= returnNs ? FROM_FINISH : FROM_START;
				draft.addEdge(EdgeKind.sync, device.taskOf[copy]!, slot, task, EXACT);
				waitedNs = slot === FROM_FINISH ? endOf(copy) : events.startNs[copy]!;
			}
		}
		if (waitedNs > callNs) blocked.push({ row, waitedNs });
		else {
			const list = costs.get(events.name[row]!);
			if (list) list.push(events.durNs[row]!);
			else costs.set(events.name[row]!, [events.durNs[row]!]);
		}
	}
	for (const { row, waitedNs } of blocked)
		setOwnCost(draft, cpu, row, ownCost(trace, costs, row), waitedNs, endOf(row));
}

/** What such a call costs when it need not wait: the median of those that did not; at most the shortest that did. */
function ownCost(trace: Trace, costs: ReadonlyMap<number, number[]>, row: number): number {
	const { name, durNs } = trace.events;
	const free = costs.get(name[row]!);
	return free ? quantile(new Float64Array(free), 0.5) : Math.min(durNs[row]!, DEFAULT_COST_NS);
}

/** Where every call of a name waited, nothing shows its own cost; a few microseconds is what runtime calls take. */
const DEFAULT_COST_NS = 3000;

function setOwnCost(
	draft: RankDraft,
	cpu: CpuTasks,
	row: number,
	costNs: number,
	waitedNs: number,
	returnNs: number,
): void {
	const task = cpu.firstTask[row]!;
	const kind = draft.kind[task];
	if (kind !== TaskKind.syncCall) return;
	const start = draft.startNs[task]!;
	// The call's own work overlaps its wait: it can take no longer than the wait lasted.
	const end = Math.min(draft.endNs[task]!, start + Math.min(costNs, Math.max(0, waitedNs - start), returnNs - start));
	draft.endNs[task] = end;
}

interface Guess {
	readonly row: number;
	readonly stream: number;
	readonly confidence: number;
}

/** A call that waited long waited for what ended just before it returned. */
function guessTarget(
	callNs: number,
	returnNs: number,
	history: LaunchHistory,
	endOf: (row: number) => number,
): Guess | undefined {
	if (returnNs - callNs < UNBLOCKED_NS) return undefined;
	let best: Guess | undefined;
	let bestEnd = Math.max(callNs, returnNs - RETURN_LATENCY_NS);
	for (const stream of history.streams) {
		const row = history.lastBy(stream, callNs);
		if (row === NONE || endOf(row) > returnNs || endOf(row) < bestEnd) continue;
		bestEnd = endOf(row);
		best = { row, stream, confidence: CONFIDENCE.ended };
	}
	return best;
}

/** The stream of a `StreamSynchronize` that names none: the one that ended last before it, else the one launched on last. */
function guessStream(
	callNs: number,
	returnNs: number,
	history: LaunchHistory,
	endOf: (row: number) => number,
): { readonly stream: number; readonly confidence: number } | undefined {
	const ended = guessTarget(callNs, returnNs, history, endOf);
	if (ended) return ended;
	let best: { stream: number; confidence: number } | undefined;
	let bestLaunch = Number.NEGATIVE_INFINITY;
	for (const stream of history.streams) {
		const row = history.lastBy(stream, callNs);
		if (row === NONE || endOf(row) > returnNs) continue;
		const launchedNs = history.launchTimeBy(stream, callNs);
		if (launchedNs <= bestLaunch) continue;
		bestLaunch = launchedNs;
		best = { stream, confidence: CONFIDENCE.lastLaunched };
	}
	return best;
}
