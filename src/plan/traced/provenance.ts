/** Where the durations of a plan come from: measured as they are, scaled from measured ones, or the cost model's alone. */
import { TaskKind } from "../../graph/graph.js";
import type { Block } from "../block.js";
import type { ExecutionPlan } from "../program.js";

export type Source = "measured" | "scaled" | "modelled";

/** A part of the device's busy time over all ranks of a plan; all parts add up to 1. */
export interface DeviceShare {
	readonly what: "kernels" | "communication";
	readonly source: Source;
	readonly shareOfTime: number;
}

/** @param sourcesOf of each task of a block; blocks that are not in it are the cost model's. */
export function deviceShares(
	{ blockLibrary, programs }: ExecutionPlan,
	sourcesOf: ReadonlyMap<Block, readonly Source[]>,
): DeviceShare[] {
	const uses = new Float64Array(blockLibrary.blocks.length);
	for (const { block } of programs) for (const id of block) uses[id]!++;
	const parts = new Map<string, { what: DeviceShare["what"]; source: Source; ns: number }>();
	let allNs = 0;
	blockLibrary.blocks.forEach((block, id) => {
		const sources = sourcesOf.get(block);
		block.kind.forEach((kind, task) => {
			const ns = uses[id]! * block.durationNs[task]!;
			if (kind < TaskKind.kernel || ns === 0) return;
			const what = kind === TaskKind.comm || kind === TaskKind.transfer ? "communication" : "kernels";
			const source = sources?.[task] ?? "modelled";
			const part = parts.get(`${what} ${source}`) ?? { what, source, ns: 0 };
			part.ns += ns;
			allNs += ns;
			parts.set(`${what} ${source}`, part);
		});
	});
	return [...parts.values()].map(({ what, source, ns }) => ({ what, source, shareOfTime: ns / allNs }));
}
