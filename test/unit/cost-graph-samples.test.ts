import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { loadHardware } from "../../src/config/load.js";
import { fitHardware } from "../../src/cost/calibrate/fit.js";
import { collectiveTables, kernelObservations, operatorDims } from "../../src/cost/calibrate/graph-samples.js";
import { buildGraph } from "../../src/graph/build.js";
import type { ExecutionGraph } from "../../src/graph/graph.js";
import { TaskKind } from "../../src/graph/graph.js";
import { formatMessage } from "../../src/graph/message.js";
import { listTraces, readTrace } from "../../src/trace/index.js";
import { packageRoot } from "../../tools/source-files.js";
import { GraphBuilder } from "../support/small-graph.js";

function graphOf(...tasks: [kind: TaskKind, name: string, shape: string, durationNs: number][]): ExecutionGraph {
	const builder = new GraphBuilder().rank();
	const processor = builder.processor("stream", "7");
	for (const [kind, name, shape, durationNs] of tasks) builder.task({ kind, processor, name, shape, durationNs });
	return builder.build();
}

const seen = (graph: ExecutionGraph): [string, number][] =>
	kernelObservations(graph).map(({ what, measuredNs }) => [what, measuredNs]);

test("a matrix product is known by its kernel's name and its operator's shapes", () => {
	const { kernel } = TaskKind;
	const grid = "[8,15,1]/[384,1,1] of ";
	expect(
		seen(
			graphOf(
				[kernel, "sm90_xmma_gemm_bf16bf16_bf16f32_f32_tn", `${grid}[[2048,512],[512,1024]]`, 5000],
				[kernel, "ampere_fp16_s16816gemm_fp16_128x128", `${grid}[[1024],[64,512],[512,1024],[],[]]`, 4000],
				[kernel, "nvjet_qqtst_192x192_128x4", `${grid}[[16,8],[8,32],[],[]]`, 3000],
				[kernel, "Cijk_Alik_Bljk_BBS_BH_MT256x128", `${grid}[[4,64,32],[4,32,128]]`, 2000],
				[kernel, "ampere_sgemm_32x32_sliced1x4_tn", "[[64,32],[32,8]]", 1000],
				// No product: shapes that cannot be multiplied, another kernel, none at all, a list that was cut off.
				[kernel, "sm90_xmma_gemm_bf16", `${grid}[[2048,512],[1024,512]]`, 1],
				[kernel, "cublasLt::splitKreduce_kernel<bf16>", `${grid}[[2048,512],[512,1024]]`, 1],
				[kernel, "triton_poi_fused_bf16", `${grid}[[2048,512],[512,1024]]`, 1],
				[kernel, "sm90_xmma_gemm_bf16", "[8,15,1]/[384,1,1]", 1],
				[kernel, "sm90_xmma_gemm_bf16", `${grid}[[2048,512],[512,10`, 1],
				[kernel, "cutlass_tf32_s1688gemm_tf32", `${grid}[[2048,512],[512,1024]]`, 1],
			),
		),
	).toEqual([
		["gemm 2048 x 1024 x 512 bf16", 5000],
		["gemm 64 x 1024 x 512 fp16", 4000],
		["gemm 16 x 32 x 8 fp8", 3000],
		["gemm 4 x 64 x 128 x 32 bf16", 2000],
		["gemm 64 x 8 x 32 fp32", 1000],
	]);
});

test("flash attention and elementwise kernels as PyTorch writes them", () => {
	const { kernel } = TaskKind;
	const qkv = "[2,1024,16,128],[2,1024,4,128],[2,1024,4,128]";
	expect(
		seen(
			graphOf(
				[kernel, "void pytorch_flash::flash_fwd_kernel<Flash_fwd_kernel_traits<128>>(Params)", `[${qkv}]`, 9000],
				[
					kernel,
					"void pytorch_flash::flash_bwd_dq_dk_dv_loop_seqk_parallel_kernel<...>",
					`[[2,1024,16,128],${qkv}]`,
					20_000,
				],
				[kernel, "void pytorch_flash::flash_bwd_dot_do_o_kernel<true>", `[[2,1024,16,128],${qkv}]`, 1],
				[
					kernel,
					"void at::native::vectorized_elementwise_kernel<4, at::native::CUDAFunctor_add<c10::BFloat16>, std::array<char*, 3ul> >",
					"[64,1,1]/[128,1,1] of [[1024,2048],[1024,2048],[]]",
					7000,
				],
				[
					kernel,
					"void at::native::vectorized_elementwise_kernel<4, at::native::FillFunctor<int>, std::array<char*, 1ul> >",
					"[[5]]",
					1,
				],
			),
		),
	).toEqual([
		["flash attention forward 2 x 16 x 1024 x 128 bf16", 9000],
		["flash attention backward 2 x 16 x 1024 x 128 bf16", 20_000],
		[`copy of ${3 * 1024 * 2048 * 2} bytes in all`, 7000],
	]);
});

test("one sample for all that is alike, with its median and as important as all of it", () => {
	const shape = "[[2048,512],[512,1024]]";
	const times = [100, 300, 200].map((ns): [TaskKind, string, string, number] => [
		TaskKind.kernel,
		"bf16_gemm",
		shape,
		ns,
	]);
	const [sample, ...more] = kernelObservations(graphOf(...times));
	expect(more).toEqual([]);
	expect(sample).toMatchObject({ measuredNs: 200, importance: 600 });
});

test("wire times become tables by operation, group and nodes", () => {
	const message = (collective: string, elements: number, group: string): string =>
		formatMessage({ collective, inElems: elements, outElems: elements / 2, dtype: "BFloat16", group });
	const { transfer, comm } = TaskKind;
	const graph = graphOf(
		[transfer, "nccl", message("allreduce", 2048, "[0, 1, 2, 3]"), 50],
		[transfer, "nccl", message("allreduce", 1024, "[0, 1, 2, 3]"), 30],
		[transfer, "nccl", message("allreduce", 1024, "[4, 5, 6, 7]"), 20],
		[transfer, "nccl", message("allreduce", 1024, "[4, 5, 6, 7]"), 40],
		[transfer, "nccl", message("_reduce_scatter_base", 1024, "[0, 8]"), 90],
		[transfer, "nccl", message("send", 1024, "[0, 1]"), 90],
		[transfer, "nccl", message("allreduce", 1024, "model parallel"), 90],
		// A peer is missing: waiting and wire cannot be told apart.
		[comm, "nccl", message("allreduce", 4096, "[0, 1, 2, 3]"), 90],
	);
	expect(collectiveTables(graph, 8)).toEqual([
		{ op: "allReduce", size: 4, nodes: 1, bytes: [2048, 4096], ns: [30, 50] },
		{ op: "reduceScatter", size: 2, nodes: 2, bytes: [2048], ns: [90] },
	]);
	expect(collectiveTables(graph, 4)[0]).toMatchObject({ size: 4, nodes: 1 });
	expect(collectiveTables(graph, 2)[0]).toMatchObject({ size: 4, nodes: 2 });
});

test("shapes of operators, with or without a grid", () => {
	expect(operatorDims("[1,1,1]/[2,1,1] of [[3,4],[],[5]]")).toEqual([[3, 4], [], [5]]);
	expect(operatorDims("[[3,4],[]]")).toEqual([[3, 4], []]);
	expect(operatorDims("[1,1,1]/[2,1,1]")).toBeUndefined();
	expect(operatorDims("allreduce 4>4 Float in [0, 1]")).toBeUndefined();
});

async function graphBelow(folder: string): Promise<ExecutionGraph> {
	const paths = await listTraces([folder]);
	return buildGraph(await Promise.all(paths.map((path) => readTrace(path)))).graph;
}

test("the fixture's matrix products are met within 7 % after a fit to them", async () => {
	const samples = kernelObservations(await graphBelow(join(packageRoot, "fixtures/tp2pp2")));
	expect(samples.length).toBeGreaterThan(10);
	const { fitted, kinds } = fitHardware(loadHardware("h100-sxm"), samples);
	expect(fitted.map(({ name }) => name)).toContain("efficiency.gemm");
	expect(kinds[0]!.beforePct).toBeGreaterThan(2 * kinds[0]!.afterPct);
	expect(kinds[0]!.afterPct).toBeLessThan(7);
});

const real = join(packageRoot, "../shared/traces/nanogpt-8xh100/rank0.pt.trace.json.gz");

test.skipIf(!existsSync(real))(
	"large matrix products of a real H100 trace are met within 16 % by the preset",
	async () => {
		const { graph } = buildGraph([await readTrace(real)]);
		const large = kernelObservations(graph).filter(({ kind, measuredNs }) => kind === "gemm" && measuredNs > 50e3);
		expect(large.length).toBeGreaterThan(6);
		const hardware = loadHardware("h100-sxm");
		for (const { what, predictNs, measuredNs } of large)
			expect(Math.abs(predictNs(hardware) / measuredNs - 1), what).toBeLessThan(0.16);
	},
);
