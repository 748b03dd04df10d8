/** What can be measured, each with what the models say of it. */
import type { HardwareConfig, MeasuredCollective } from "../../config/hardware.js";
import type { Dtype } from "../../config/schema-fields.js";
import { attentionNs } from "../attention.js";
import { collectiveNs } from "../collectives/collective-time.js";
import { placementOf } from "../collectives/measured.js";
import type { AttentionShape } from "../cost-model.js";
import { gemmNs } from "../gemm.js";
import { memoryBoundNs } from "../memory-bound.js";

export const KINDS = ["gemm", "attention", "memory", "collective", "iteration"] as const;
export type ObservationKind = (typeof KINDS)[number];

/** Something that can be measured: a candidate for a measurement. */
export interface Measurable {
	readonly kind: ObservationKind;
	/** For people: `gemm 4096 x 4096 x 1024 bf16`. */
	readonly what: string;
	/** What the models say of it, ns. */
	readonly predictNs: (hardware: HardwareConfig) => number;
}

export interface Observation extends Measurable {
	readonly measuredNs: number;
	/** How much it counts among those of its kind, in any unit. @default 1 */
	readonly importance?: number;
}

export interface GemmSample {
	readonly m: number;
	readonly n: number;
	readonly k: number;
	readonly dtype: Dtype;
	readonly batch?: number;
	readonly ns: number;
}

export interface AttentionSample {
	readonly direction: "forward" | "backward";
	readonly shape: AttentionShape;
	readonly dtype: Dtype;
	readonly ns: number;
}

export interface MemorySample {
	/** Read and written. */
	readonly bytes: number;
	readonly ns: number;
}

export function gemm({ m, n, k, dtype, batch = 1 }: Omit<GemmSample, "ns">): Measurable {
	return {
		kind: "gemm",
		what: `gemm ${batch > 1 ? `${batch} x ` : ""}${m} x ${n} x ${k} ${dtype}`,
		predictNs: (hardware) => gemmNs(hardware, m, n, k, dtype, batch),
	};
}

export function attention({ direction, shape, dtype }: Omit<AttentionSample, "ns">): Measurable {
	const { batch, heads, seq, headDim, flash } = shape;
	return {
		kind: "attention",
		what: `${flash ? "flash " : ""}attention ${direction} ${batch} x ${heads} x ${seq} x ${headDim} ${dtype}`,
		predictNs: (hardware) => attentionNs(hardware, direction, shape, dtype),
	};
}

export function memoryBound({ bytes }: Omit<MemorySample, "ns">): Measurable {
	return {
		kind: "memory",
		what: `copy of ${bytes} bytes in all`,
		predictNs: (hardware) => memoryBoundNs(hardware, bytes),
	};
}

export function collective(group: Pick<MeasuredCollective, "op" | "size" | "nodes">, bytes: number): Measurable {
	const placement = placementOf(group);
	return {
		kind: "collective",
		what: `${group.op} of ${bytes} bytes on ${group.size} GPUs${group.nodes > 1 ? ` of ${group.nodes} nodes` : ""}`,
		predictNs: (hardware) => collectiveNs(hardware, group.op, bytes, placement),
	};
}

/** A whole training step: `simulate` gives its milliseconds on a given hardware. */
export function iteration(what: string, simulateMs: (hardware: HardwareConfig) => number): Measurable {
	return { kind: "iteration", what, predictNs: (hardware) => simulateMs(hardware) * 1e6 };
}

export function observed(measurable: Measurable, measuredNs: number): Observation {
	return { ...measurable, measuredNs };
}

export function observedCollectives(measurements: readonly MeasuredCollective[]): Observation[] {
	return measurements.flatMap((measured) =>
		measured.bytes.map((bytes, i) => observed(collective(measured, bytes), measured.ns[i]!)),
	);
}
