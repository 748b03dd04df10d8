/** Compute kernels with their mean times: fixed cost, then arithmetic or memory traffic, whichever takes longer. */
import { attention as attentionCosts, device, gemm as gemmCosts, KERNEL_FLOOR_NS, memoryEfficiency } from "./costs.js";
import { uniformOf } from "./random.js";

export interface Kernel {
	readonly name: string;
	readonly meanNs: number;
	readonly grid: readonly number[];
	readonly block: readonly number[];
	readonly registers: number;
	readonly sharedMemory: number;
	/** Libraries that use clusters launch by `cudaLaunchKernelExC`. */
	readonly extended?: boolean;
}

const BLOCK = [128, 1, 1] as const;

/** c (m x n) = a (m x k) times b (k x n) in BF16, by the fastest of the tiles. */
export function gemm(m: number, n: number, k: number): Kernel {
	let best = { ns: Number.POSITIVE_INFINITY, tile: 0, tiles: 0 };
	for (const [tile, [rows, columns]] of gemmCosts.tiles.entries()) {
		const tiles = Math.ceil(m / rows) * Math.ceil(n / columns);
		const waves = Math.ceil(tiles / device.multiprocessors);
		const flopsPerNs = (device.flopsPerNs / device.multiprocessors) * gemmCosts.tileEfficiency[tile]!;
		const ns = (waves * 2 * rows * columns * (k + gemmCosts.tileOverheadSteps)) / flopsPerNs;
		if (ns < best.ns) best = { ns, tile, tiles };
	}
	const [rows, columns] = gemmCosts.tiles[best.tile]!;
	const spread = 1 + gemmCosts.shapeSpread * (2 * uniformOf(m, n, k) - 1);
	const memoryNs = (2 * (m * k + k * n + m * n)) / (device.memoryBytesPerNs * memoryEfficiency.elementwise);
	return {
		name: `sm90_xmma_gemm_bf16bf16_bf16f32_f32_tn_n_tilesize${rows}x${columns}x64_cublas`,
		meanNs: KERNEL_FLOOR_NS + Math.max(best.ns * spread, memoryNs),
		grid: [Math.min(best.tiles, device.multiprocessors), 1, 1],
		block: [384, 1, 1],
		registers: 168,
		sharedMemory: 213_248,
		extended: true,
	};
}

/** `passes` over `elements` of two bytes. */
export function elementwise(functor: string, elements: number, passes: number): Kernel {
	return {
		name: `void at::native::vectorized_elementwise_kernel<4, at::native::${functor}>(int, at::native::${functor})`,
		meanNs: byBytes(2 * passes * elements, memoryEfficiency.elementwise),
		grid: [Math.ceil(elements / 512), 1, 1],
		block: BLOCK,
		registers: 32,
		sharedMemory: 0,
	};
}

export function layerNorm(direction: "fwd" | "bwd", rows: number, columns: number): Kernel {
	return {
		name: `void layer_norm::ln_${direction}_kernel<layer_norm::Kernel_traits<bf16, float, ${columns}u>>(layer_norm::Params)`,
		meanNs: byBytes(2 * (direction === "fwd" ? 2 : 4) * rows * columns, memoryEfficiency.norm),
		grid: [rows, 1, 1],
		block: BLOCK,
		registers: 56,
		sharedMemory: 32,
	};
}

/** Causal: half of the score matrix. */
export function attention(
	direction: "fwd" | "bwd",
	{ samples, sequence, heads, headSize }: { samples: number; sequence: number; heads: number; headSize: number },
): Kernel {
	const speed = attentionCosts.flopsPerNs * (sequence / (sequence + attentionCosts.halfSpeedSequence));
	const forwardNs = (2 * samples * heads * sequence * sequence * headSize) / speed;
	const backwardNs = (forwardNs * attentionCosts.backwardFlops) / attentionCosts.backwardSpeed;
	return {
		name: `void flash::flash_${direction}_kernel<Flash_kernel_traits<${headSize}, 128, 64, 4, cutlass::bfloat16_t>>(flash::Params)`,
		meanNs: KERNEL_FLOOR_NS + (direction === "fwd" ? forwardNs : backwardNs),
		grid: [Math.ceil(sequence / 128), samples, heads],
		block: BLOCK,
		registers: 255,
		sharedMemory: direction === "fwd" ? 81_920 : 147_456,
	};
}

/** One fused kernel over many tensors; optimizer state is single precision. */
export function multiTensor(functor: string, elements: number, bytesPerElement: number): Kernel {
	return {
		name: `void multi_tensor_apply_kernel<TensorListMetadata<4>, ${functor}<float>>(long, TensorListMetadata<4>)`,
		meanNs: byBytes(bytesPerElement * elements, memoryEfficiency.optimizer),
		grid: [Math.min(320, Math.ceil(elements / 65_536)), 1, 1],
		block: [512, 1, 1],
		registers: 64,
		sharedMemory: 0,
	};
}

function byBytes(bytes: number, efficiency: number): number {
	return KERNEL_FLOOR_NS + bytes / (device.memoryBytesPerNs * efficiency);
}
