/** Time of a kernel that only moves data: elementwise, normalisation, dropout, optimizer. */
import type { HardwareConfig } from "../config/hardware.js";

/**
 * Nanoseconds of one kernel that reads and writes `bytes` in all. The fixed time is what makes small kernels slower than
 * the bandwidth says: half of it is reached at fixed time x bandwidth, a few megabytes.
 */
export function memoryBoundNs({ gpu, efficiency }: HardwareConfig, bytes: number): number {
	return efficiency.kernelNs + bytes / (gpu.memoryGbPerS * efficiency.memory);
}
