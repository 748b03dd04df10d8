/** The dense peak of a GPU. */
import type { HardwareConfig } from "../config/hardware.js";
import type { Dtype } from "../config/schema-fields.js";

/** Floating-point operations a nanosecond; fp8 on a GPU without it runs as bf16. */
export function peakFlopsPerNs({ gpu }: HardwareConfig, dtype: Dtype): number {
	return (gpu.peakTflops[dtype] ?? gpu.peakTflops.bf16) * 1e3;
}
