/**
 * Time of a matrix product on tensor cores.
 *
 * The output is cut into tiles, one a streaming multiprocessor at a time, so the tiles run in whole waves; a tile walks
 * along k at the multiprocessor's share of the peak, after filling its pipeline. Libraries choose the tile shape and
 * may split k where tiles are few; here the fastest choice is taken. What the tiles read and write bounds the time from
 * below.
 */
import type { HardwareConfig } from "../config/hardware.js";
import { DTYPE_BYTES, type Dtype } from "../config/schema-fields.js";
import { peakFlopsPerNs } from "./peak.js";

/** Shapes that libraries have kernels for; the others of cuBLAS lie between these. */
const TILES: readonly (readonly [m: number, n: number])[] = [
	[256, 128],
	[128, 256],
	[192, 192],
	[192, 128],
	[128, 192],
	[128, 128],
	[128, 64],
	[64, 128],
	[64, 64],
	[64, 32],
	[32, 64],
];

const SPLITS = [1, 2, 3, 4, 6, 8, 16] as const;

/**
 * Filling and draining a tile's pipeline costs as much as these bytes along k. A tile of m x n does m n / (m + n)
 * multiply-adds for each element it loads; at the second constant it reaches half the rate of an endless tile.
 * Both fitted on matrix products of the public H100 trace of modded-nanogpt (bf16 and fp8, k from 768 to 50,304).
 */
const RAMP_BYTES = 300;
const HALF_RATE_INTENSITY = 27;

function intensity(m: number, n: number): number {
	return (m * n) / (m + n);
}

function tileRate(m: number, n: number): number {
	const rate = (value: number): number => value / (value + HALF_RATE_INTENSITY);
	return rate(intensity(m, n)) / rate(intensity(256, 128));
}

/** Nanoseconds of `batch` products of m x k by k x n. */
export function gemmNs(hardware: HardwareConfig, m: number, n: number, k: number, dtype: Dtype, batch = 1): number {
	const { gpu, efficiency } = hardware;
	const elementBytes = DTYPE_BYTES[dtype];
	const smFlopsPerNs = (peakFlopsPerNs(hardware, dtype) * efficiency.gemm) / gpu.sms;
	const memoryBytesPerNs = gpu.memoryGbPerS * efficiency.memory;
	const rampK = RAMP_BYTES / elementBytes;
	let best = Number.POSITIVE_INFINITY;
	for (const [tileM, tileN] of TILES) {
		const tiles = batch * Math.ceil(m / tileM) * Math.ceil(n / tileN);
		const flopsPerK = (2 * tileM * tileN) / (smFlopsPerNs * tileRate(tileM, tileN));
		for (const split of SPLITS) {
			// Splitting pays only where it fills the GPU, and each part needs a pipeline's worth of k.
			if (split > 1 && (tiles * split > 2 * gpu.sms || k / split < rampK)) break;
			const waves = Math.ceil((tiles * split) / gpu.sms);
			const loop = waves * (k / split + rampK) * flopsPerK;
			// Partial results are written and read once more, in fp32.
			const reduction = split === 1 ? 0 : (8 * split * batch * m * n) / memoryBytesPerNs;
			best = Math.min(best, loop + reduction);
		}
	}
	const bytes = batch * (m * k + k * n + m * n) * elementBytes;
	return efficiency.kernelNs + Math.max(best, bytes / memoryBytesPerNs);
}
