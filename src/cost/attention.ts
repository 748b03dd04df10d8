/**
 * Time of the core of attention: scores, softmax, product with the values.
 *
 * A flash kernel cuts the queries into blocks and keeps the scores on chip. Its time is that of the matrix products and
 * of the exponentials, which run on another unit and hide behind the products only in part: the fitted share of the
 * peak stands for that, too. Without flash the scores go through memory several times.
 */
import type { HardwareConfig } from "../config/hardware.js";
import { DTYPE_BYTES, type Dtype } from "../config/schema-fields.js";
import type { AttentionShape } from "./cost-model.js";
import { gemmNs } from "./gemm.js";
import { memoryBoundNs } from "./memory-bound.js";
import { peakFlopsPerNs } from "./peak.js";

/** Queries (backward: keys) that one thread block of a flash kernel works on, as in FlashAttention-2. */
const FLASH_BLOCK = 128;

/** Exponentials a clock and multiprocessor: CUDA C programming guide, throughput of native instructions, 7.x to 9.x. */
const EXPONENTIALS_PER_CLOCK = 16;

/** Matrix products over the scores: forward QK and PV; backward QK again, dV, dP, dQ, dK. */
const FORWARD_PRODUCTS = 2;
const BACKWARD_PRODUCTS = 5;

function flashNs(
	hardware: HardwareConfig,
	direction: "forward" | "backward",
	shape: AttentionShape,
	dtype: Dtype,
): number {
	const { gpu, efficiency } = hardware;
	const { batch, heads, queryGroups, seq, kvSeq, headDim, causal } = shape;
	const forward = direction === "forward";
	const products = forward ? FORWARD_PRODUCTS : BACKWARD_PRODUCTS;
	const reached = forward ? efficiency.attention : efficiency.attentionBackward;
	const smFlopsPerNs = (peakFlopsPerNs(hardware, dtype) * reached) / gpu.sms;
	const exponentialsPerNs = EXPONENTIALS_PER_CLOCK * gpu.boostMhz * 1e-3;
	const scoreNs = (2 * products * headDim) / smFlopsPerNs + 1 / exponentialsPerNs;
	const blocks = Math.ceil(seq / FLASH_BLOCK);
	const rows = seq / blocks;
	const longestNs = rows * kvSeq * scoreNs;
	// Under a causal mask a block computes its diagonal whole; the blocks differ, and the long ones start first.
	const meanNs = causal ? (longestNs * (blocks + 1)) / (2 * blocks) : longestNs;
	const count = batch * heads * blocks;
	const loop = causal ? Math.max(longestNs, (count * meanNs) / gpu.sms) : Math.ceil(count / gpu.sms) * longestNs;
	const queries = batch * heads * seq * headDim;
	const keys = batch * queryGroups * kvSeq * headDim;
	// Forward reads Q, K, V and writes O; backward reads these, dO, and writes dQ (in fp32 and again), dK, dV.
	const elements = forward ? 2 * queries + 2 * keys : 7 * queries + 4 * keys;
	const memory = (elements * DTYPE_BYTES[dtype]) / (gpu.memoryGbPerS * efficiency.memory);
	return efficiency.kernelNs + Math.max(loop, memory);
}

/** Batched products, a fused scale-mask-softmax over the whole score matrix, and dropout on its result. */
function unfusedNs(
	hardware: HardwareConfig,
	direction: "forward" | "backward",
	shape: AttentionShape,
	dtype: Dtype,
): number {
	const { batch, heads, seq, kvSeq, headDim } = shape;
	const count = batch * heads;
	const scores = gemmNs(hardware, seq, kvSeq, headDim, dtype, count);
	const mixed = gemmNs(hardware, seq, headDim, kvSeq, dtype, count);
	const elements = count * seq * kvSeq;
	const bytes = DTYPE_BYTES[dtype];
	const pass = (arrays: number, masks: number): number => memoryBoundNs(hardware, elements * (arrays * bytes + masks));
	if (direction === "forward") return scores + mixed + pass(2, 0) + pass(2, 1);
	// Backward: dP and dV by the shapes of the forward pair, dQ and dK; softmax reads its result and the gradient.
	return 2 * scores + 2 * mixed + pass(3, 0) + pass(2, 1);
}

/** Nanoseconds of one layer's attention; fp8 runs as bf16, as flash kernels for training do. */
export function attentionNs(
	hardware: HardwareConfig,
	direction: "forward" | "backward",
	shape: AttentionShape,
	dtype: Dtype,
): number {
	const inner = dtype === "fp8" ? "bf16" : dtype;
	return shape.flash ? flashNs(hardware, direction, shape, inner) : unfusedNs(hardware, direction, shape, inner);
}
