/** Where the groups of a job run, ranks in the order tp-cp-ep-dp-pp and packed onto nodes in turn. */
import { type ParallelConfig, worldSize } from "../config/parallel.js";
import type { GroupPlacement } from "./cost-model.js";

/** `ep` are the ranks that share experts, `edp` those that hold the same experts. */
export type GroupKind = "tp" | "cp" | "ep" | "edp" | "dp" | "dp-cp" | "pp" | "embedding";

interface Extent {
	/** Ranks between neighbours of a group. */
	readonly stride: number;
	readonly size: number;
}

function extentOf(kind: GroupKind, parallel: ParallelConfig): Extent {
	const { tensorModelParallelSize: tp, contextParallelSize: cp, dataParallelSize: dp } = parallel;
	const { expertModelParallelSize: ep, pipelineModelParallelSize: pp } = parallel;
	switch (kind) {
		case "tp":
			return { stride: 1, size: tp };
		case "cp":
			return { stride: tp, size: cp };
		case "ep":
			return { stride: tp, size: ep };
		case "edp":
			return { stride: tp * ep, size: (cp * dp) / ep };
		case "dp":
			return { stride: tp * cp, size: dp };
		case "dp-cp":
			return { stride: tp, size: cp * dp };
		case "pp":
			return { stride: tp * cp * dp, size: pp };
		case "embedding":
			return { stride: tp * cp * dp * (pp - 1), size: Math.min(2, pp) };
	}
}

/** The placement of the groups of one kind; `embedding` joins the first and the last stage. */
export function groupPlacement(kind: GroupKind, parallel: ParallelConfig, gpusPerNode: number): GroupPlacement {
	const { stride, size } = extentOf(kind, parallel);
	const ranks = worldSize(parallel);
	// The stages that an embedding group joins may stand farther apart than half a node and still share it.
	const perNode = ranks <= gpusPerNode ? size : Math.max(1, Math.min(size, Math.floor(gpusPerNode / stride)));
	const nodes = Math.ceil(size / perNode);
	// All GPUs of a node that are in such a group at all: each group takes perNode of them.
	const busy = Math.min(gpusPerNode, ranks);
	return { size, perNode, nodes, sharing: nodes > 1 ? Math.max(1, Math.floor(busy / perNode)) : 1 };
}
