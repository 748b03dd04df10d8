/**
 * What must stay true of an order for its runtime dependencies to stay as they are. A wait resolved to a task of a
 * stream because its launch was called before the wait was asked, and every launch further down the stream after.
 * Launches by the thread that waits are in order whatever the durations; of another thread, only the first launch
 * further down needs a look, for its calls are in order too.
 */
import { EdgeKind, NO_PROCESSOR } from "../graph/graph.js";
import type { SimulationGraph } from "./simulation-graph.js";
import { type Timeline, UNBOUND } from "./timeline.js";
import type { SortedWaits } from "./waits.js";

/** A launch on a stream that somebody waits for. */
interface Launch {
	readonly call: number;
	/** Place of the launched task in the settled order, which is the order of its stream. */
	readonly place: number;
}

const CALL_FIRST = 1;
const HOLDS_IN_TIE = 2;

/** Three numbers a check: launching call, first wait of the asking task, rule; see assembly/ordered/checks.ts. */
export function launchChecks(
	graph: SimulationGraph,
	waits: SortedWaits,
	timeline: Timeline,
	ascending: boolean,
): Uint32Array {
	const place = new Uint32Array(graph.taskCount);
	timeline.settledOrder.forEach((task, at) => {
		place[task] = at;
	});
	const resolved = waits.original ? waits.original.map((i) => timeline.waitResolved[i]!) : timeline.waitResolved;
	// Among tasks that start together the loop goes by number, provided that nothing waits for a higher number.
	const numbersDecideTies = ascending && resolved.every((target, i) => target === UNBOUND || target < waits.task[i]!);
	const streams = launchesByStream(graph, waits, place);

	const checks: number[] = [];
	let first = 0;
	for (let wait = 0; wait < waits.task.length; wait++) {
		const task = waits.task[wait]!;
		if (waits.task[first] !== task) first = wait;
		const add = (call: number, callFirst: boolean): void => {
			if (graph.processor[call] === graph.processor[task] && graph.processor[call] !== NO_PROCESSOR) return;
			const holdsInTie = numbersDecideTies && call < task === callFirst;
			checks.push(call, first, (callFirst ? CALL_FIRST : 0) + (holdsInTie ? HOLDS_IN_TIE : 0));
		};
		const target = resolved[wait]!;
		const lastPlace = target === UNBOUND ? -1 : place[target]!;
		let latest: Launch | undefined;
		for (const launches of streams.get(waits.stream[wait]!) ?? []) {
			const after = countUpTo(launches, lastPlace);
			const before = launches[after - 1];
			if (before && (!latest || before.place > latest.place)) latest = before;
			if (after < launches.length) add(launches[after]!.call, false);
		}
		if (latest) add(latest.call, true);
	}
	return Uint32Array.from(checks);
}

/** The launches on each stream that is waited for, one list in stream order for every launching thread. */
function launchesByStream(graph: SimulationGraph, waits: SortedWaits, place: Uint32Array): Map<number, Launch[][]> {
	const lists = new Map<number, Map<number, Launch[]>>();
	for (const stream of waits.stream) lists.set(stream, new Map());
	for (let task = 0; task < graph.taskCount; task++) {
		const byThread = lists.get(graph.processor[task]!);
		if (!byThread) continue;
		for (let edge = graph.predOffset[task]!; edge < graph.predOffset[task + 1]!; edge++) {
			if (graph.edgeKind[edge] !== EdgeKind.launch) continue;
			const call = graph.pred[edge]! >>> 1;
			const on = graph.processor[call]!;
			// A call on no processor is in order with no other.
			const thread = on === NO_PROCESSOR ? -1 - call : on;
			const list = byThread.get(thread);
			if (list) list.push({ call, place: place[task]! });
			else byThread.set(thread, [{ call, place: place[task]! }]);
		}
	}
	return new Map(
		[...lists].map(([stream, byThread]) => [
			stream,
			[...byThread.values()].map((launches) => launches.sort((a, b) => a.place - b.place)),
		]),
	);
}

/** How many launches stand at or before a place. */
function countUpTo(launches: readonly Launch[], place: number): number {
	let low = 0;
	let high = launches.length;
	while (low < high) {
		const middle = (low + high) >>> 1;
		if (launches[middle]!.place <= place) low = middle + 1;
		else high = middle;
	}
	return low;
}
