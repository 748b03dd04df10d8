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

const SPLITS = [2, 3, 4, 6, 8, 16] as const;

/**
 * Filling and draining a tile's pipeline costs as much as these bytes along k. A tile of m x n does m n / (m + n)
 * multiply-adds for each element it loads; at the second constant it reaches half the rate of an endless tile.
 * Both fitted on matrix products of the public H100 trace of modded-nanogpt (bf16 and fp8, k from 768 to 50,304).
 */
const RAMP_BYTES = 300;
const HALF_RATE_INTENSITY = 27;

interface Tile {
	readonly m: number;
	readonly n: number;
	/** Operations of one step along k, at the rate of the largest tile. */
	readonly work: number;
}

function rate(m: number, n: number): number {
	const intensity = (m * n) / (m + n);
	return intensity / (intensity + HALF_RATE_INTENSITY);
}

const tiles: readonly Tile[] = TILES.map(([m, n]) => ({ m, n, work: (2 * m * n * rate(256, 128)) / rate(m, n) }));

/** Nanoseconds of `batch` products of m x k by k x n. */
export function gemmNs(hardware: HardwareConfig, m: number, n: number, k: number, dtype: Dtype, batch = 1): number {
	const { gpu, efficiency } = hardware;
	const elementBytes = DTYPE_BYTES[dtype];
	const smFlopsPerNs = (peakFlopsPerNs(hardware, dtype) * efficiency.gemm) / gpu.sms;
	const memoryBytesPerNs = gpu.memoryGbPerS * efficiency.memory;
	const rampK = RAMP_BYTES / elementBytes;
	// Partial results are written and read once more, in fp32.
	const reductionNs = (8 * batch * m * n) / memoryBytesPerNs;
	let best = Number.POSITIVE_INFINITY;
	for (const tile of tiles) {
		const count = batch * Math.ceil(m / tile.m) * Math.ceil(n / tile.n);
		const stepNs = tile.work / smFlopsPerNs;
		best = Math.min(best, Math.ceil(count / gpu.sms) * (k + rampK) * stepNs);
		// Splitting pays only where tiles leave the GPU half empty, and each part needs a pipeline's worth of k.
		for (const split of SPLITS) {
			if (count * split > 2 * gpu.sms || k < split * rampK) break;
			const loop = Math.ceil((count * split) / gpu.sms) * (k / split + rampK) * stepNs;
			best = Math.min(best, loop + split * reductionNs);
		}
	}
	const bytes = batch * (m * k + k * n + m * n) * elementBytes;
	return efficiency.kernelNs + Math.max(best, bytes / memoryBytesPerNs);
}
