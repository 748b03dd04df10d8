/** What a backward pass of the base run computes again: taken out where the target recomputes otherwise. */
import { type ExecutionGraph, TaskKind } from "../../graph/graph.js";
import { launchOf } from "./cut-block.js";
import { isAttentionForward } from "./kernel-work.js";
import type { Segment } from "./segments.js";

/** How the base run recomputes, as told by the kernels of its passes. */
export type Recompute = "none" | "selective" | "full";

/**
 * A forward pass through a layer has its products once, a backward pass twice; where it recomputes all of the layer a
 * third time, where it recomputes attention alone only that kernel.
 */
export function recomputeOf(forward: readonly string[], backward: readonly string[]): Recompute {
	const attention = backward.filter(isAttentionForward).length;
	const own = forward.filter(isAttentionForward).length;
	if (own === 0 || attention < own / 2) return "none";
	const whole = forward.every((name, i) => backward[i] === name);
	return whole ? "full" : "selective";
}

/** Names of the compute kernels of a segment, in order. */
export function kernelNames(graph: ExecutionGraph, { tasks }: Segment): string[] {
	return [...tasks]
		.filter((task) => graph.kind[task] === TaskKind.kernel)
		.map((task) => graph.strings[graph.name[task]!]!);
}

/**
 * The tasks of a layer's backward pass that compute its forward pass again.
 * @param forward a forward pass through a layer, whose kernels stand at the head of those of the backward pass
 */
export function recomputedTasks(
	graph: ExecutionGraph,
	how: Recompute,
	segment: Segment,
	forward: Segment,
): ReadonlySet<number> {
	const again = new Set<number>();
	if (how === "none") return again;
	const isKernel = (task: number): boolean => graph.kind[task] === TaskKind.kernel;
	const kernels = [...segment.tasks].filter(isKernel);
	if (how === "selective") {
		for (const kernel of kernels) {
			if (!isAttentionForward(graph.strings[graph.name[kernel]!]!)) continue;
			again.add(kernel);
			const launch = launchOf(graph, kernel);
			if (launch !== undefined) again.add(launch);
		}
		return again;
	}
	const count = [...forward.tasks].filter(isKernel).length;
	const begin = launchOf(graph, kernels[0]!) ?? -1;
	const end = launchOf(graph, kernels[count] ?? kernels.at(-1)!) ?? -1;
	for (const task of segment.tasks) {
		const isDevice = graph.kind[task]! >= TaskKind.kernel;
		const at = isDevice ? (launchOf(graph, task) ?? -1) : task;
		if (at >= begin && at < end) again.add(task);
	}
	return again;
}
