/** What the cost models answer, and the model of a hardware description. Durations are nanoseconds. */
import type { HardwareConfig } from "../config/hardware.js";
import { DTYPE_BYTES, type Dtype } from "../config/schema-fields.js";
import { peakFlopsPerNs } from "./peak.js";

export type CollectiveOp = "allReduce" | "allGather" | "reduceScatter" | "allToAll" | "broadcast";

/** Where the members of a group run. */
export interface GroupPlacement {
	readonly size: number;
	/** Members on the node that has most of them. */
	readonly perNode: number;
	/** Nodes that have members. */
	readonly nodes: number;
	/** Groups of this kind that use the NICs of a node at the same time, this one included. */
	readonly sharing: number;
}

export interface AttentionShape {
	/** Sequences. */
	readonly batch: number;
	/** Query heads on this rank. */
	readonly heads: number;
	/** Key and value heads on this rank. */
	readonly queryGroups: number;
	/** Query tokens of a sequence on this rank. */
	readonly seq: number;
	/** Key tokens of a sequence that each query may see. */
	readonly kvSeq: number;
	readonly headDim: number;
	/** Half of the score matrix is masked; flash kernels skip it. */
	readonly causal: boolean;
	/** One fused kernel; otherwise two batched matrix products with the softmax between them. */
	readonly flash: boolean;
}

export interface CostModel {
	/** `batch` products of m x k by k x n. */
	gemm(m: number, n: number, k: number, dtype: Dtype, batch?: number): number;
	attention(direction: "forward" | "backward", shape: AttentionShape, dtype: Dtype): number;
	/** One kernel that reads and writes `bytes` in all: elementwise, norm, dropout. */
	memoryBound(bytes: number): number;
	/** A fused optimizer step over `parameters` of this rank that moves `bytesPerParameter` each. */
	optimizer(parameters: number, bytesPerParameter: number): number;
	/** `bytes` of the whole, unsharded buffer. */
	collective(op: CollectiveOp, bytes: number, group: GroupPlacement): number;
	/** One message between neighbouring pipeline stages; `sharing` messages use the NICs of a node at the same time. */
	sendRecv(bytes: number, sameNode: boolean, sharing: number): number;
	/** Factors on durations while compute and communication run at the same time. */
	readonly overlapSlowdown: { readonly compute: number; readonly communication: number };
	/** From the end of a launch call to the start of its kernel, at the least. */
	readonly launchNs: number;
	/** CPU time of one operator. */
	readonly cpuOpNs: number;
	/** Between two kernels of a stream that is never empty. */
	readonly kernelGapNs: number;
}

/** Times of one collective at several sizes, in ascending order. */
export interface MeasuredCollective {
	readonly op: CollectiveOp;
	readonly size: number;
	readonly nodes: number;
	readonly bytes: readonly number[];
	readonly ns: readonly number[];
}

/** What measurements say beyond the hardware's description. */
export interface Calibration {
	readonly collectives?: readonly MeasuredCollective[];
}

/** The cost model of a cluster. */
export function costModel(hardware: HardwareConfig, _calibration?: Calibration): CostModel {
	const { gpu, node, network, efficiency, cpu } = hardware;
	const peak = (dtype: Dtype): number => peakFlopsPerNs(hardware, dtype);
	const memory = gpu.memoryGbPerS * efficiency.memory;
	const link = node.linkGbPerS * efficiency.link;
	const nics = ((network.nicsPerNode * network.gbitPerS) / 8) * efficiency.network;
	const memoryBound = (bytes: number): number => efficiency.kernelNs + bytes / memory;
	const gemm: CostModel["gemm"] = (m, n, k, dtype, batch = 1) => {
		const bytes = batch * (m * k + k * n + m * n) * DTYPE_BYTES[dtype];
		return efficiency.kernelNs + Math.max((2 * batch * m * n * k) / (peak(dtype) * efficiency.gemm), bytes / memory);
	};
	return {
		gemm,
		attention(direction, shape, dtype) {
			const { batch, heads, seq, kvSeq, headDim } = shape;
			const products = direction === "forward" ? 2 : 5;
			const flops = products * 2 * batch * heads * seq * kvSeq * headDim * (shape.causal ? 0.5 : 1);
			const reached = direction === "forward" ? efficiency.attention : efficiency.attentionBackward;
			return efficiency.kernelNs + flops / (peak(dtype) * reached);
		},
		memoryBound,
		optimizer: (parameters, bytesPerParameter) => memoryBound(parameters * bytesPerParameter),
		collective(op, bytes, group) {
			const { size, nodes, sharing } = group;
			if (size < 2) return 0;
			const rounds = op === "allReduce" ? 2 : 1;
			const perMember = (rounds * (size - 1) * bytes) / size;
			const latencyUs = nodes > 1 ? network.latencyUs : node.linkLatencyUs;
			const bandwidth = nodes > 1 ? Math.min(link, nics / sharing) : link;
			return rounds * (size - 1) * latencyUs * 1e3 + perMember / bandwidth;
		},
		sendRecv: (bytes, sameNode, sharing) =>
			sameNode
				? node.linkLatencyUs * 1e3 + bytes / link
				: network.latencyUs * 1e3 + bytes / Math.min(nics / sharing, nics / network.nicsPerNode),
		overlapSlowdown: { compute: efficiency.overlapCompute, communication: efficiency.overlapCommunication },
		launchNs: cpu.launchNs,
		cpuOpNs: cpu.opNs,
		kernelGapNs: cpu.kernelGapNs,
	};
}
