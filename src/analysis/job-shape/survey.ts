/** One pass over the events of a rank that counts what tells of its job; later questions ask the counts. */
import { Category, type Step, type Trace } from "../../trace/columns.js";
import { type KernelCounts, KernelTotals } from "./kernel-totals.js";
import { LayerNames } from "./layer-names.js";
import { OpKind } from "./names.js";
import { callsOf, type OpCount, OpCounts, type Pass } from "./op-counts.js";
import { type GroupTraffic, groupTraffic } from "./traffic.js";

/** What a survey keeps of its trace itself: a few facts, no columns. */
export type TraceFacts = Pick<Trace, "rank" | "worldSize" | "worldSizeFound" | "backend" | "processGroups" | "steps">;

/** Plain data: a survey made in a worker is handed over as it is. */
export interface Survey {
	readonly trace: TraceFacts;
	/** The last step: what the first ones do more (warm-up, compilation) is over by then. */
	readonly step: Pick<Step, "startNs" | "endNs">;
	/** Operators of the step by name and shape. */
	readonly ops: readonly OpCount[];
	/** When the first gradient is computed in the step; Infinity where none is. */
	readonly firstBackwardNs: number;
	/** Ranges of forward and backward passes in the step, in order of time. */
	readonly passes: readonly Pass[];
	/** Attention forward and backward in the step, in order of time. */
	readonly attentionPasses: readonly Pass[];
	/** Indices of the layers that ranges name in the whole trace, by class of layer. */
	readonly layers: ReadonlyMap<string, ReadonlySet<number>>;
	readonly hasAttention: boolean;
	readonly communicates: boolean;
	/** Over the whole trace. */
	readonly kernels: KernelCounts;
	/** By process group. */
	readonly traffic: readonly GroupTraffic[];
	readonly matmulFlop: number;
}

export function survey(trace: Trace): Survey {
	const { events, strings } = trace;
	const step = trace.steps.at(-1) ?? { startNs: Number.NEGATIVE_INFINITY, endNs: Number.POSITIVE_INFINITY };
	const counts = new OpCounts(trace, step);
	const layers = new LayerNames(strings);
	const kernels = new KernelTotals(trace);
	for (let row = 0; row < events.count; row++) {
		switch (events.category[row]) {
			case Category.userAnnotation:
				layers.add(events.name[row]!);
				counts.addRange(row);
				break;
			case Category.cpuOp:
				counts.add(row);
				break;
			case Category.module:
				layers.add(events.name[row]!);
				break;
			case Category.kernel:
				kernels.add(row);
				break;
		}
	}
	const ops = counts.inStep();
	const { rank, worldSize, worldSizeFound, backend, processGroups, steps } = trace;
	return {
		trace: { rank, worldSize, worldSizeFound, backend, processGroups, steps },
		step,
		ops,
		firstBackwardNs: counts.firstBackwardNs,
		passes: outermost(counts.passes),
		attentionPasses: outermost(counts.attentionPasses),
		layers: layers.byClass,
		hasAttention:
			layers.hasAttention || counts.attentionPasses.length + kernels.counts.attentionForward > 0 || spelledOut(ops),
		communicates: trace.comms.count + kernels.counts.communication > 0,
		kernels: kernels.counts,
		traffic: groupTraffic(trace, step, counts.firstBackwardNs),
		matmulFlop: counts.matmulFlop(),
	};
}

/** Attention written out as operators: the softmax stands between two batched products. */
function spelledOut(ops: readonly OpCount[]): boolean {
	const softmaxes = callsOf(ops, OpKind.softmax);
	return softmaxes > 0 && callsOf(ops, OpKind.batchedMatmul) >= 2 * softmaxes;
}

/** In order of time, without those inside another: ranges and operators nest. */
function outermost(passes: readonly Pass[]): Pass[] {
	const kept: Pass[] = [];
	for (const pass of passes.toSorted((a, b) => a.startNs - b.startNs || b.endNs - a.endNs))
		if (kept.length === 0 || pass.startNs >= kept.at(-1)!.endNs) kept.push(pass);
	return kept;
}
