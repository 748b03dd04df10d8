/** A part of a graph in a memory of its own. */
import { NO_PROCESSOR } from "../../graph/graph.js";
import { EnvironmentError } from "../../lib/errors.js";
import { columnsIn, type GraphColumns, sharedColumns } from "../graph-columns.js";
import { type GraphInMemory, placeGraph } from "../graph-in-memory.js";
import type { Kernel } from "../kernel-interface.js";
import { resultSections } from "../sections.js";
import type { SimulationGraph } from "../simulation-graph.js";
import { prepareWorklist } from "../worklist.js";
import type { Cut } from "./partition.js";

/** Copies a part into the memory of a kernel and prepares it. */
export function placePart(
	kernel: Kernel,
	graph: SimulationGraph,
	cut: Cut,
	index: number,
	limitBytes: number,
): GraphInMemory {
	const part = cut.parts[index]!;
	const { begin, end, shared, externals, exports } = part;
	const edges = (task: number): number => graph.predOffset[task + 1]! - graph.predOffset[task]!;
	const size = {
		taskCount: end - begin + shared.length,
		edgeCount: shared.reduce((sum, task) => sum + edges(task), graph.predOffset[end]! - graph.predOffset[begin]!),
		waitCount: part.ranks.reduce((sum, rank) => sum + rank.waits.length, 0),
	};
	// The reference kernel moves its memory when it grows, so nothing can be in there before.
	const home = kernel.mode === "wasm" ? columnsIn(kernel, size) : { columns: sharedColumns(size), end: undefined };
	writePart(graph, cut, index, home.columns);
	const placed = placeGraph(
		kernel,
		{ ...size, ...home.columns },
		{ from: home.end, limitBytes, externals: externals.length },
	);
	const counts = { tasks: size.taskCount, externals: externals.length, waits: size.waitCount };
	placed.arena.reserve(resultSections(counts));
	const exported = Uint32Array.from(exports.keys(), (task) => cut.numberIn(index, task));
	const comesTo: number[] = [];
	for (const task of externals) {
		for (let edge = graph.predOffset[task]!; edge < graph.predOffset[task + 1]!; edge++) {
			const member = graph.pred[edge]! >>> 1;
			if (member >= begin && member < end) comesTo.push(member - begin, cut.numberIn(index, task));
		}
	}
	if (prepareWorklist(placed, { exported, comesTo: Uint32Array.from(comesTo) })) return placed;
	throw new EnvironmentError(
		"the graph is too large for one memory, and its launches are not in line, so that it cannot be cut: simulate fewer ranks at a time",
	);
}

function writePart(graph: SimulationGraph, cut: Cut, index: number, columns: GraphColumns): void {
	const { begin, end, ranks, shared } = cut.parts[index]!;
	let task = 0;
	let edge = 0;
	const copyTasks = (from: number, to: number): void => {
		const [firstEdge, endEdge] = [graph.predOffset[from]!, graph.predOffset[to]!];
		columns.durationNs.set(graph.durationNs.subarray(from, to), task);
		columns.delayNs.set(graph.delayNs.subarray(firstEdge, endEdge), edge);
		columns.edgeKind.set(graph.edgeKind.subarray(firstEdge, endEdge), edge);
		for (let i = from; i < to; i++) columns.predOffset[task++] = graph.predOffset[i]! - firstEdge + edge;
		for (let i = firstEdge; i < endEdge; i++) {
			const slot = graph.pred[i]!;
			const source = slot >>> 1;
			const number = source >= begin && source < end ? source - begin : cut.numberIn(index, source);
			columns.pred[edge++] = 2 * number + (slot & 1);
		}
		columns.predOffset[task] = edge;
	};
	copyTasks(begin, end);
	for (const from of shared) copyTasks(from, from + 1);

	const firstProcessor = ranks[0]!.firstProcessor;
	for (let i = begin; i < end; i++) {
		const on = graph.processor[i]!;
		columns.processor[i - begin] = on === NO_PROCESSOR ? on : on - firstProcessor;
	}
	columns.processor.fill(NO_PROCESSOR, end - begin);
	let wait = 0;
	for (const rank of ranks) {
		for (const from of rank.waits) {
			columns.waitTask[wait] = graph.waitTask[from]! - begin;
			columns.waitStream[wait] = graph.waitStream[from]! - firstProcessor;
			columns.waitDelayNs[wait++] = graph.waitDelayNs[from]!;
		}
	}
}
