/**
 * From a draft to the block of its rank: tasks numbered, edges as a table by the task that waits, delays out of the
 * measured lags, and only those strings that tasks use.
 */
import type { Trace } from "../../trace/columns.js";
import { fitDelays } from "../delays.js";
import type { RankDraft } from "../draft.js";
import { type GraphStep, NO_PROCESSOR, TaskKind } from "../graph.js";
import { type Numbering, numberTasks } from "../number.js";
import { permuteF64, permuteU8, permuteU32 } from "../permute.js";
import type { BlockColumns } from "./block.js";
import { blockColumns } from "./columns.js";

export interface FinishedDraft {
	readonly columns: BlockColumns;
	readonly strings: readonly string[];
	readonly edgeCount: number;
	/** New number of each draft task. */
	readonly position: Uint32Array;
	readonly droppedEdges: number;
	readonly backwardNs: number;
}

export function finishDraft(draft: RankDraft, trace: Trace, shared: boolean): FinishedDraft {
	const numbering = numberTasks(draft);
	const { order, position, droppedCount } = numbering;
	const edgeCount = draft.edgeCount - droppedCount;
	const columns = blockColumns({ tasks: draft.taskCount, edges: edgeCount, waits: draft.waits.length }, shared);
	permuteU8(columns.kind, draft.kind, order);
	permuteU32(columns.processor, draft.processor, order);
	permuteU32(columns.name, draft.name, order);
	permuteU32(columns.shape, draft.shape, order);
	permuteF64(columns.startNs, draft.startNs, order);
	permuteF64(columns.endNs, draft.endNs, order);
	const strings = usedStrings(columns, trace, draft.addedStrings);
	fillEdges(columns, draft, numbering);
	draft.waits.forEach(({ task, stream, target, confidence }, w) => {
		columns.waitTask[w] = position[task]!;
		columns.waitStream[w] = stream;
		columns.waitTarget[w] = position[target]!;
		columns.waitConfidence[w] = confidence;
	});
	fitDelays(columns);
	return { columns, strings, edgeCount, position, droppedEdges: droppedCount, backwardNs: backward(columns) };
}

/** Renumbers names and shapes to the strings that are used, and returns these. */
function usedStrings({ name, shape }: BlockColumns, trace: Trace, added: readonly string[]): string[] {
	const { count } = trace.strings;
	const idOf = new Int32Array(count + added.length).fill(-1);
	const strings = [""];
	idOf[0] = 0;
	const use = (column: Uint32Array): void => {
		for (let task = 0; task < column.length; task++) {
			const old = column[task]!;
			if (idOf[old]! < 0) idOf[old] = strings.push(old < count ? trace.strings.get(old) : added[old - count]!) - 1;
			column[task] = idOf[old]!;
		}
	};
	use(name);
	use(shape);
	return strings;
}

function fillEdges(
	{ predOffset, pred, edgeKind, confidence }: BlockColumns,
	draft: RankDraft,
	{ position, dropped }: Numbering,
): void {
	const { edgeFrom, edgeTo, edgeCount, taskCount } = draft;
	for (let e = 0; e < edgeCount; e++) if (dropped[e] === 0) predOffset[position[edgeTo[e]!]! + 1]!++;
	for (let task = 0; task < taskCount; task++) predOffset[task + 1]! += predOffset[task]!;
	const next = predOffset.slice(0, taskCount);
	for (let e = 0; e < edgeCount; e++) {
		if (dropped[e] !== 0) continue;
		const at = next[position[edgeTo[e]!]!]!++;
		const from = edgeFrom[e]!;
		pred[at] = 2 * position[from >> 1]! + (from & 1);
		edgeKind[at] = draft.edgeKind[e]!;
		confidence[at] = draft.edgeConfidence[e]!;
	}
}

/**
 * By how much edges and waits go back in measured time, added up: from the start of what is waited for, of a transfer
 * from its end, to the start of what waits.
 */
function backward({ kind, startNs, endNs, predOffset, pred, waitTask, waitTarget }: BlockColumns): number {
	let sum = 0;
	const add = (from: number, to: number): void => {
		const back = (kind[from] === TaskKind.transfer ? endNs[from]! : startNs[from]!) - startNs[to]!;
		if (back > 0) sum += back;
	};
	for (let task = 0; task < kind.length; task++) {
		// The only edge of a transfer comes from its own arrival.
		if (kind[task] === TaskKind.transfer) continue;
		for (let e = predOffset[task]!; e < predOffset[task + 1]!; e++) add(pred[e]! >> 1, task);
	}
	for (let w = 0; w < waitTask.length; w++) add(waitTarget[w]!, waitTask[w]!);
	return sum;
}

/** The steps of a trace by the tasks that mark them; times on the trace's own clock. */
export function stepsOf(
	trace: Trace,
	{ stepBegin, stepEnd }: { readonly stepBegin: Int32Array; readonly stepEnd: Int32Array },
	position: Uint32Array,
): GraphStep[] {
	return trace.steps.flatMap((step, s) => {
		const whole = step.step === "all";
		if (!whole && (stepBegin[s]! < 0 || stepEnd[s]! < 0)) return [];
		return [
			{
				rank: trace.rank,
				step: step.step,
				beginTask: whole ? 0 : position[stepBegin[s]!]!,
				endTask: whole ? NO_PROCESSOR : position[stepEnd[s]!]!,
				measuredStartNs: step.startNs,
				measuredEndNs: step.endNs,
			},
		];
	});
}
