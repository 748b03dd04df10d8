/**
 * Writes one rank's block into its final place in the graph of all ranks: numbers moved, strings renamed, times on the
 * common clock. Touches only that rank's part of every column, so that several threads place their ranks side by side.
 */
import { ascending, sortRows } from "../../lib/sort.js";
import { EdgeKind, EXACT, type ExecutionGraph, NO_PROCESSOR, TaskKind } from "../graph.js";
import type { RankBlock } from "../rank/block.js";
import { NO_MATCH, type Placement } from "./placement.js";

export type GraphColumns = Pick<
	ExecutionGraph,
	| "kind"
	| "processor"
	| "name"
	| "shape"
	| "durationNs"
	| "measuredStartNs"
	| "measuredEndNs"
	| "predOffset"
	| "pred"
	| "delayNs"
	| "edgeKind"
	| "confidence"
	| "waitTask"
	| "waitStream"
	| "waitDelayNs"
	| "waitConfidence"
>;

/** What placing reads of a block. */
export type PlacedBlock = Pick<RankBlock, "taskCount" | "edgeCount" | "firstNs" | "columns"> & {
	readonly comms: Pick<RankBlock["comms"], "row">;
};

export function placeBlock(graph: GraphColumns, block: PlacedBlock, placement: Placement): void {
	placeTasks(graph, block, placement);
	placeEdges(graph, block, placement);
	placeWaits(graph, block, placement);
	settleTransfers(graph, block, placement);
}

function placeTasks(graph: GraphColumns, { columns, taskCount }: PlacedBlock, placement: Placement): void {
	const { firstTask, firstProcessor, stringId, clock } = placement;
	const { scale, shiftNs } = clock;
	const { processor, name, shape, startNs, endNs } = columns;
	graph.kind.set(columns.kind, firstTask);
	for (let task = 0; task < taskCount; task++) {
		const at = firstTask + task;
		const on = processor[task]!;
		graph.processor[at] = on === NO_PROCESSOR ? NO_PROCESSOR : firstProcessor + on;
		graph.name[at] = stringId[name[task]!]!;
		graph.shape[at] = stringId[shape[task]!]!;
	}
	for (let task = 0; task < taskCount; task++) {
		const at = firstTask + task;
		const start = startNs[task]!;
		const end = endNs[task]!;
		graph.durationNs[at] = end - start;
		graph.measuredStartNs[at] = scale * start + shiftNs;
		graph.measuredEndNs[at] = scale * end + shiftNs;
	}
	// The source stands at time 0 of the common clock.
	graph.measuredStartNs[firstTask] = 0;
	graph.measuredEndNs[firstTask] = 0;
}

/** The block's edges in their order; a transfer that meets others waits for the rendezvous too. */
function placeEdges(graph: GraphColumns, block: PlacedBlock, placement: Placement): void {
	const { taskCount, columns } = block;
	const { firstTask, firstEdge, rendezvous } = placement;
	const { predOffset, pred, delayNs, edgeKind, confidence } = columns;
	const { row } = block.comms;
	const ops = sortRows(ascending(row.length), Float64Array.from(row));
	const sourceNs = placement.clock.scale * block.firstNs + placement.clock.shiftNs;
	let next = 0;
	let edge = firstEdge;
	let from = 0;
	const copyUpTo = (task: number): void => {
		const begin = predOffset[from]!;
		const end = predOffset[task]!;
		const moved = edge - begin;
		for (let t = from; t < task; t++) graph.predOffset[firstTask + t + 1] = predOffset[t + 1]! + moved;
		for (let e = begin; e < end; e++) {
			const origin = pred[e]!;
			graph.pred[moved + e] = origin + 2 * firstTask;
			// What hangs on the source was measured from the rank's first moment.
			graph.delayNs[moved + e] = origin < 2 ? delayNs[e]! + sourceNs : delayNs[e]!;
		}
		graph.edgeKind.set(edgeKind.subarray(begin, end), edge);
		graph.confidence.set(confidence.subarray(begin, end), edge);
		edge += end - begin;
		from = task;
	};
	while (next < ops.length) {
		const op = ops[next++]!;
		const meeting = rendezvous[op]!;
		if (meeting === NO_MATCH) continue;
		const transfer = row[op]!;
		copyUpTo(transfer + 1);
		graph.pred[edge] = 2 * meeting + 1;
		graph.delayNs[edge] = 0;
		graph.edgeKind[edge] = EdgeKind.collective;
		graph.confidence[edge] = EXACT;
		edge++;
		graph.predOffset[firstTask + transfer + 1] = edge;
	}
	copyUpTo(taskCount);
}

function placeWaits(graph: GraphColumns, { columns, firstNs }: PlacedBlock, placement: Placement): void {
	const { waitTask, waitStream, waitDelayNs, waitConfidence, waitTarget, startNs } = columns;
	const { firstTask, firstWait, firstProcessor, clock } = placement;
	for (let w = 0; w < waitTask.length; w++) {
		const at = firstWait + w;
		const delay = waitDelayNs[w]!;
		const fromSource = waitTarget[w] === 0 && delay === startNs[waitTask[w]!]! - firstNs;
		graph.waitTask[at] = firstTask + waitTask[w]!;
		graph.waitStream[at] = firstProcessor + waitStream[w]!;
		graph.waitDelayNs[at] = fromSource ? delay + clock.scale * firstNs + clock.shiftNs : delay;
		graph.waitConfidence[at] = waitConfidence[w]!;
	}
}

/** A transfer lasts as long as the wire took; one that meets nobody is a kernel with its recorded duration. */
function settleTransfers(graph: GraphColumns, { comms }: PlacedBlock, placement: Placement): void {
	const { firstTask, rendezvous, transferNs } = placement;
	const { row } = comms;
	for (let op = 0; op < row.length; ) {
		const transfer = firstTask + row[op]!;
		// A kernel that exchanges with several peers is under way alone once the last of them has come.
		let shortest = Number.POSITIVE_INFINITY;
		for (const kernel = row[op]!; row[op] === kernel; op++)
			if (rendezvous[op] !== NO_MATCH) shortest = Math.min(shortest, transferNs[op]!);
		if (shortest === Number.POSITIVE_INFINITY) {
			graph.kind[transfer] = TaskKind.comm;
			continue;
		}
		graph.durationNs[transfer] = shortest;
		graph.measuredStartNs[transfer] = graph.measuredEndNs[transfer]! - shortest;
	}
}
