import { expect, test } from "vitest";
import { loadHardware } from "../../src/config/load.js";
import type { AttentionShape } from "../../src/cost/cost-model.js";
import { costModel } from "../../src/cost/cost-model.js";

const a100 = loadHardware("a100-80g");
const h100 = loadHardware("h100-sxm");
const cost = costModel(a100);

const sizes = [64, 96, 128, 200, 256, 500, 512, 1000, 1024, 1536, 2048, 4096, 5000, 8192, 12_288];

test("a larger matrix product never takes less time, in any direction", () => {
	for (const [i, size] of sizes.slice(1).entries()) {
		const less = sizes[i]!;
		for (const other of [128, 1024, 6144]) {
			expect(cost.gemm(size, other, 2048, "bf16")).toBeGreaterThanOrEqual(cost.gemm(less, other, 2048, "bf16"));
			expect(cost.gemm(other, size, 2048, "bf16")).toBeGreaterThanOrEqual(cost.gemm(other, less, 2048, "bf16"));
			expect(cost.gemm(other, 1024, size, "bf16")).toBeGreaterThan(cost.gemm(other, 1024, less, "bf16"));
		}
	}
});

test("a large matrix product comes near the fitted share of the peak and never passes it", () => {
	const flops = 2 * 16_384 ** 3;
	for (const hardware of [a100, h100]) {
		const ns = costModel(hardware).gemm(16_384, 16_384, 16_384, "bf16");
		const share = flops / ns / (hardware.gpu.peakTflops.bf16 * 1e3);
		expect(share).toBeLessThan(hardware.efficiency.gemm);
		expect(share).toBeGreaterThan(0.94 * hardware.efficiency.gemm);
	}
});

test("a thin matrix product takes as long as memory needs for its matrix", () => {
	const ns = cost.gemm(1, 16_384, 16_384, "bf16") - a100.efficiency.kernelNs;
	const bytes = 2 * 16_384 ** 2;
	const floor = bytes / (a100.gpu.memoryGbPerS * a100.efficiency.memory);
	expect(ns).toBeGreaterThanOrEqual(floor);
	expect(ns).toBeLessThan(1.7 * floor);
});

test("one tile more than a wave holds costs a whole wave", () => {
	// 108 multiprocessors: 9 x 12 tiles of 256 x 128 fill the GPU once.
	const full = cost.gemm(9 * 256, 12 * 128, 8192, "bf16");
	const twice = cost.gemm(18 * 256, 12 * 128, 8192, "bf16");
	const more = cost.gemm(19 * 256, 12 * 128, 8192, "bf16");
	expect(twice / full).toBeCloseTo(2, 1);
	// A nineteenth row of tiles adds far more than its share of the work.
	expect(more / twice - 1).toBeGreaterThan(1.5 / 18);
});

test("number formats run at their own peaks, and fp8 where there is none as bf16", () => {
	const ratio = costModel(h100).gemm(8192, 8192, 8192, "bf16") / costModel(h100).gemm(8192, 8192, 8192, "fp8");
	expect(ratio).toBeGreaterThan(1.9);
	expect(ratio).toBeLessThan(2.05);
	expect(cost.gemm(4096, 4096, 4096, "fp8") / cost.gemm(4096, 4096, 4096, "bf16")).toBeCloseTo(1, 1);
	expect(cost.gemm(4096, 4096, 4096, "fp32") / cost.gemm(4096, 4096, 4096, "bf16")).toBeGreaterThan(12);
});

test("a deep product with few tiles is split along k", () => {
	const one = { ...a100, gpu: { ...a100.gpu, sms: 1, peakTflops: { bf16: 312 / 108, fp16: 1, fp32: 1 } } };
	const onOneSm = costModel(one).gemm(256, 128, 65_536, "bf16");
	expect(cost.gemm(256, 128, 65_536, "bf16")).toBeLessThan(onOneSm / 4);
});

/** m, n, k, format, us: medians in rank 0 of modded-nanogpt's public trace of 8 H100, and of TraceLens' Qwen on one. */
const onH100 = [
	[16_384, 3072, 768, "bf16", 112.6],
	[3072, 768, 16_384, "bf16", 103.9],
	[16_384, 768, 3072, "bf16", 100.4],
	[16_384, 2304, 768, "bf16", 86.5],
	[2304, 768, 16_384, "bf16", 84.6],
	[16_384, 768, 2304, "bf16", 76.9],
	[16_384, 768, 768, "bf16", 31.4],
	[16_384, 50_304, 768, "fp8", 1067.5],
	[16_384, 768, 50_304, "fp8", 823.1],
	[768, 50_304, 16_384, "fp8", 820.8],
	[8944, 2816, 1024, "bf16", 83.7],
	[8944, 1024, 1024, "bf16", 31.5],
	[8944, 1024, 2816, "bf16", 75.6],
] as const;

test("matrix products of real H100 traces are met within 6 % on average", () => {
	const model = costModel(h100);
	const errors = onH100.map(([m, n, k, dtype, us]) => Math.abs(model.gemm(m, n, k, dtype) / (us * 1e3) - 1));
	expect(errors.reduce((sum, error) => sum + error, 0) / errors.length).toBeLessThan(0.06);
	expect(Math.max(...errors)).toBeLessThan(0.16);
});

function shape(seq: number, more: Partial<AttentionShape> = {}): AttentionShape {
	return { batch: 4, heads: 16, queryGroups: 16, seq, kvSeq: seq, headDim: 128, causal: true, flash: true, ...more };
}

test("attention grows with the square of the sequence, and half of it is masked", () => {
	const long = cost.attention("forward", shape(16_384), "bf16");
	expect(long / cost.attention("forward", shape(8192), "bf16")).toBeCloseTo(4, 1);
	expect(cost.attention("forward", shape(16_384, { causal: false }), "bf16") / long).toBeCloseTo(2, 1);
	for (const direction of ["forward", "backward"] as const)
		for (const [i, size] of sizes.slice(1).entries())
			for (const flash of [true, false])
				expect(cost.attention(direction, shape(size, { flash }), "bf16")).toBeGreaterThanOrEqual(
					cost.attention(direction, shape(sizes[i]!, { flash }), "bf16"),
				);
});

test("flash attention on A100 reaches what FlashAttention-2 published, forward and backward, head 64 and 128", () => {
	// arXiv 2307.08691, figures 4 to 6: causal, 2048 hidden, 16k tokens: about 170 and 200, 170 and 185 TFLOP/s.
	const reached = (direction: "forward" | "backward", headDim: number): number => {
		const heads = 2048 / headDim;
		const flops = (direction === "forward" ? 2 : 5) * 2 * heads * 16_384 ** 2 * headDim * 0.5;
		const one = shape(16_384, { batch: 1, heads, queryGroups: heads, headDim });
		return flops / cost.attention(direction, one, "fp16") / 1e3;
	};
	expect(Math.abs(reached("forward", 64) / 170 - 1)).toBeLessThan(0.1);
	expect(Math.abs(reached("forward", 128) / 200 - 1)).toBeLessThan(0.1);
	expect(Math.abs(reached("backward", 64) / 170 - 1)).toBeLessThan(0.1);
	expect(Math.abs(reached("backward", 128) / 185 - 1)).toBeLessThan(0.1);
});

test("without flash, attention is slower and its scores go through memory", () => {
	for (const direction of ["forward", "backward"] as const) {
		const flash = cost.attention(direction, shape(4096), "bf16");
		const unfused = cost.attention(direction, shape(4096, { flash: false }), "bf16");
		const scoreBytes = 4 * 16 * 4096 ** 2 * 2;
		expect(unfused).toBeGreaterThan(flash + cost.memoryBound(3 * scoreBytes));
	}
});

test("a memory-bound kernel tends to the bandwidth, a small one to its fixed time", () => {
	const bytesPerNs = a100.gpu.memoryGbPerS * a100.efficiency.memory;
	expect(1e10 / cost.memoryBound(1e10) / bytesPerNs).toBeCloseTo(1, 2);
	expect(cost.memoryBound(1024) / a100.efficiency.kernelNs).toBeCloseTo(1, 2);
	expect(cost.optimizer(1e9, 16)).toBe(cost.memoryBound(16e9));
});
