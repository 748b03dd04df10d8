/** What the cost models answer, and the model of a hardware description. Durations are nanoseconds. */
import type { CollectiveOp, HardwareConfig, MeasuredCollective } from "../config/hardware.js";
import type { Dtype } from "../config/schema-fields.js";
import { attentionNs } from "./attention.js";
import { messageNs } from "./collectives/algorithms.js";
import { arrivalNs } from "./collectives/arrival.js";
import { collectiveNs } from "./collectives/collective-time.js";
import { type CollectiveTime, correctedBy } from "./collectives/measured.js";
import { gemmNs } from "./gemm.js";
import { memoryBoundNs } from "./memory-bound.js";

export type { CollectiveOp, MeasuredCollective };

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
	/** `bytes` of the whole, unsharded buffer; for all-to-all, of what one rank sends, its own part included. */
	collective(op: CollectiveOp, bytes: number, group: GroupPlacement): number;
	/** One message between neighbouring pipeline stages; `sharing` messages use the NICs of a node at the same time. */
	sendRecv(bytes: number, sameNode: boolean, sharing: number): number;
	/** What each halving of the alignment of its rows adds to the time of a matrix product, as a share of it. */
	readonly costOfMisalignment: number;
	/** Factors on durations while compute and communication run at the same time. */
	readonly overlapSlowdown: { readonly compute: number; readonly communication: number };
	/** From the end of a launch call to the start of its kernel, at the least. */
	readonly launchNs: number;
	/** CPU time of one operator. */
	readonly cpuOpNs: number;
	/** The same in a backward pass, over that: autograd runs without the interpreter. */
	readonly backwardCpuShare: number;
	/** Between two kernels of a stream that is never empty. */
	readonly kernelGapNs: number;
}

/** What measurements say beyond the hardware's description. */
export interface Calibration {
	/** In order of trust, before those of the description: where two measure the same, the first counts. */
	readonly collectives?: readonly MeasuredCollective[];
}

/** The cost model of a cluster. */
export function costModel(hardware: HardwareConfig, { collectives = [] }: Calibration = {}): CostModel {
	const { efficiency, cpu } = hardware;
	const measured = [...collectives, ...hardware.measuredCollectives];
	const modelled: CollectiveTime = (op, bytes, group) => collectiveNs(hardware, op, bytes, group);
	const wireNs = measured.length > 0 ? correctedBy(measured, modelled) : modelled;
	return {
		gemm: (m, n, k, dtype, batch = 1) => gemmNs(hardware, m, n, k, dtype, batch),
		attention: (direction, shape, dtype) => attentionNs(hardware, direction, shape, dtype),
		memoryBound: (bytes) => memoryBoundNs(hardware, bytes),
		optimizer: (parameters, bytesPerParameter) => memoryBoundNs(hardware, parameters * bytesPerParameter),
		collective: (op, bytes, group) => wireNs(op, bytes, group) + arrivalNs(hardware, group.size),
		sendRecv: (bytes, sameNode, sharing) => messageNs(hardware, bytes, sameNode, sharing),
		costOfMisalignment: efficiency.alignment,
		overlapSlowdown: { compute: efficiency.overlapCompute, communication: efficiency.overlapCommunication },
		launchNs: cpu.launchNs,
		cpuOpNs: cpu.opNs,
		backwardCpuShare: cpu.backwardShare,
		kernelGapNs: cpu.kernelGapNs,
	};
}
