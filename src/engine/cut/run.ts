/**
 * Simulates a graph in parts, each in a memory of its own. Every part goes as far as it can; what others wait for is
 * handed to them as it is settled; and so on, until all is. Fixed dependencies give the same times in any order, and
 * runtime dependencies stay inside a rank, so the times are those of the whole graph, bit for bit.
 */
import { Status } from "../../abi/status.js";
import { EnvironmentError } from "../../lib/errors.js";
import type { GraphInMemory } from "../graph-in-memory.js";
import { acquireKernel, releaseKernel } from "../kernel.js";
import type { EngineMode } from "../kernel-interface.js";
import { rankColumns } from "../rank-columns.js";
import type { SimulationGraph } from "../simulation-graph.js";
import type { Times } from "../timeline.js";
import { runWorklist } from "../worklist.js";
import { joinParts, taskOf } from "./join.js";
import { placePart } from "./part-in-memory.js";
import { type Cut, partition } from "./partition.js";

/** The times, and in how many parts. */
export interface CutTimes {
	readonly times: Times;
	readonly parts: number;
}

/** @throws EnvironmentError where the graph cannot be cut into parts that fit. */
export function simulateInParts(graph: SimulationGraph, engine: EngineMode, limitBytes: number): CutTimes {
	const ranks = rankColumns(graph);
	const cut = ranks && partition(graph, ranks, limitBytes);
	if (!cut) {
		const gib = (limitBytes / 2 ** 30).toFixed(2);
		throw new EnvironmentError(
			`the graph does not fit into ${gib} GiB, not even cut along ranks: simulate fewer ranks at a time`,
		);
	}
	const kernels = cut.parts.map(() => acquireKernel(engine));
	try {
		const placed = kernels.map((kernel, i) => placePart(kernel, graph, cut, i, limitBytes));
		const order = settle(placed, cut, graph.taskCount);
		return { times: joinParts(graph, cut, placed, order), parts: cut.parts.length };
	} finally {
		for (const kernel of kernels) releaseKernel(kernel);
	}
}

/** Runs all parts to their end; returns the tasks of the graph in the order in which they were settled. */
function settle(placed: readonly GraphInMemory[], cut: Cut, taskCount: number): Uint32Array {
	const order = new Uint32Array(taskCount);
	const targets = cut.parts.map(({ exports }) => [...exports.values()]);
	let settled = 0;
	for (const { kernel, arena } of placed) kernel.exports.openWorklist(arena.control);
	for (let force = false; settled < taskCount; ) {
		const before = settled;
		for (const [i, part] of placed.entries()) {
			const { arena } = part;
			const known = arena.read("SETTLED_COUNT");
			if (known === part.graph.taskCount) continue;
			arena.write("FORCE", force ? 1 : 0);
			if (runWorklist(part) === Status.UNDECIDED) throw undecided(cut);
			const count = arena.read("SETTLED_COUNT");
			for (const task of arena.u32("SETTLED", count).subarray(known)) order[settled++] = taskOf(cut.parts[i]!, task);
			const startNs = arena.f64("START", part.graph.taskCount);
			const finishNs = arena.f64("FINISH", part.graph.taskCount);
			for (const sent of arena.u32("OUTBOX", arena.read("OUTBOX_COUNT"))) {
				const task = arena.u32("EXPORT_TASK", targets[i]!.length)[sent]!;
				for (const { part: to, number } of targets[i]![sent]!) {
					placed[to]!.kernel.exports.receive(placed[to]!.arena.control, number, startNs[task]!, finishNs[task]!);
				}
			}
			arena.write("OUTBOX_COUNT", 0);
		}
		if (settled > before) force = false;
		else if (force) throw stuck(cut, order.subarray(0, settled), taskCount);
		else force = true;
	}
	return order;
}

function undecided({ parts }: Cut): EnvironmentError {
	const reason = "two tasks start together, and only all ranks in one memory could tell which comes first";
	return new EnvironmentError(`cut into ${parts.length} parts: ${reason}; simulate fewer ranks at a time`);
}

function stuck({ parts }: Cut, settled: Uint32Array, taskCount: number): EnvironmentError {
	const isSettled = new Uint8Array(taskCount);
	for (const task of settled) isSettled[task] = 1;
	const left = `${taskCount - settled.length} tasks, from task ${isSettled.indexOf(0)} on, wait for each other`;
	return new EnvironmentError(`cut into ${parts.length} parts: ${left}; simulate fewer ranks at a time`);
}
