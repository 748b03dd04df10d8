/** Checks that hold for every timeline of a graph. */
import type { SimulationGraph, Timeline } from "../../src/engine/index.js";

/** Throws unless the settled order names every task once, each behind all that it waits for. */
export function expectOrder(graph: SimulationGraph, { settledOrder }: Timeline): void {
	const place = new Uint32Array(graph.taskCount).fill(graph.taskCount);
	for (const [at, task] of settledOrder.entries()) {
		if (place[task] !== graph.taskCount) throw new Error(`task ${task} is settled twice`);
		place[task] = at;
	}
	for (let task = 0; task < graph.taskCount; task++) {
		if (place[task] === graph.taskCount) throw new Error(`task ${task} is not settled`);
		for (let edge = graph.predOffset[task]!; edge < graph.predOffset[task + 1]!; edge++) {
			if (place[graph.pred[edge]! >>> 1]! > place[task]!) throw new Error(`task ${task} is settled too early`);
		}
	}
}

/** What must be the same however a graph is simulated: all but how, and in which of the possible orders. */
export function resultsOf({ mode: _, settledOrder: __, ...results }: Timeline): Record<string, unknown> {
	return results;
}
