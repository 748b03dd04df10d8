import { expect, test } from "vitest";
import { describeJob, type JobShape } from "../../src/analysis/job-shape/index.js";
import { gradient, layerModule, message, op, range, repeat, schedule, storyTrace } from "../support/job-traces.js";
import { type HandEvent, handTrace } from "../support/trace-builder.js";

type Values = { readonly [K in keyof JobShape]?: JobShape[K]["value"] };

function values(shape: JobShape): Values {
	return Object.fromEntries(Object.entries(shape).map(([name, { value }]) => [name, value])) as Values;
}

const attention = (dims?: unknown) => op("aten::scaled_dot_product_attention", dims);
const block = [...attention(), ...op("aten::native_layer_norm")];

test("no traces tell nothing", () => {
	for (const finding of Object.values(describeJob([]))) expect(finding).toEqual({ value: null, found: "unknown" });
});

test.each<[string, Readonly<Record<string, readonly number[]>>, Values]>([
	[
		"Megatron-LM's groups",
		{
			TENSOR_MODEL_PARALLEL_GROUP: [0, 1],
			PIPELINE_MODEL_PARALLEL_GROUP: [0, 16],
			DATA_PARALLEL_GROUP: [0, 4, 8, 12],
			DATA_PARALLEL_GROUP_WITH_CP: [0, 2, 4, 6, 8, 10, 12, 14],
			CONTEXT_PARALLEL_GROUP: [0, 2],
			EXPERT_MODEL_PARALLEL_GROUP: [0, 1, 2, 3],
			EXPERT_DATA_PARALLEL_GROUP: [0, 8],
		},
		{ tensorParallel: 2, pipelineParallel: 2, dataParallel: 4, contextParallel: 2, expertParallel: 4 },
	],
	[
		"data parallelism with context parallelism inside",
		{
			TENSOR_MODEL_PARALLEL_GROUP: [0, 1],
			DATA_PARALLEL_GROUP_WITH_CP: [0, 2, 4, 6, 8, 10, 12, 14],
			CONTEXT_PARALLEL_GROUP: [0, 2],
			PIPELINE_MODEL_PARALLEL_GROUP: [0, 16],
		},
		{ dataParallel: 4, contextParallel: 2 },
	],
	[
		"the dimensions of a device mesh, sharded and replicated",
		{ mesh_tp: [0, 1, 2, 3], mesh_dp_shard: [0, 4, 8, 12], mesh_dp_replicate: [0, 16], mesh_pp: [0] },
		{ tensorParallel: 4, pipelineParallel: 1, dataParallel: 8, contextParallel: 1 },
	],
	[
		"what tensor and data parallelism leave of the world",
		{ TENSOR_MODEL_PARALLEL_GROUP: [0, 1], TENSOR_AND_DATA_PARALLEL_GROUP: [0, 1, 2, 3, 4, 5, 6, 7], cp: [0] },
		{ tensorParallel: 2, dataParallel: 4, pipelineParallel: 4, contextParallel: 1 },
	],
	["no group of another rank", { tp: [4, 5], dp: [0, 1, 2, 3] }, { tensorParallel: null, dataParallel: 4 }],
])("degrees from %s", (_, groups, expected) => {
	const shape = describeJob([storyTrace({ worldSize: 32, groups, events: op("aten::add") })]);
	expect(values(shape)).toMatchObject(expected);
	expect(shape.dataParallel.found).toBe("metadata");
});

test("a world of one has every degree 1", () => {
	const shape = describeJob([storyTrace({ events: op("aten::add") })]);
	expect(shape.worldSize).toEqual({ value: 1, found: "metadata" });
	expect(shape.expertParallel).toEqual({ value: 1, found: "metadata" });
	expect(shape.schedule).toEqual({ value: "none", found: "inferred" });
});

test("a world whose size is not known is one rank only if nothing communicates", () => {
	const alone = { ...storyTrace({ events: op("aten::add") }), worldSizeFound: "unknown" as const };
	expect(describeJob([alone]).worldSize).toEqual({ value: 1, found: "inferred" });
	const talking = storyTrace({ events: [{ category: "kernel", name: "ncclDevKernel_AllReduce_Sum", stream: 9 }] });
	const shape = describeJob([{ ...talking, worldSizeFound: "unknown" }]);
	expect(shape.worldSize.value).toBeNull();
	expect(shape.tensorParallel.value).toBeNull();
});

const undescribed = (events: Parameters<typeof storyTrace>[0]["events"], worldSize: number, rank = 0) =>
	values(describeJob([storyTrace({ rank, worldSize, groups: { undefined: [0, 1] }, events })]));

test("without descriptions, sums in the forward pass are tensor parallelism, transfers a pipeline, the rest replicas", () => {
	const job = undescribed(
		[
			...repeat(4, [...block, ...message("allreduce", 8192, [0, 1])]),
			...message("send", 8192, [0, 4]),
			...message("recv", 8192, [0, 4]),
			...gradient("AddmmBackward0"),
			...message("allreduce", 1 << 20, [0, 2]),
		],
		8,
	);
	expect(job).toMatchObject({ tensorParallel: 2, pipelineParallel: 2, dataParallel: 2, contextParallel: 1 });
});

test("gradient sums and gathers of weights in the forward pass are no tensor parallelism", () => {
	const job = undescribed(
		[
			...repeat(4, [...message("_allgather_base", 4096, [0, 1, 2, 3]), ...block]),
			...gradient("AddmmBackward0"),
			...repeat(4, message("_reduce_scatter_base", 4096, [0, 1, 2, 3])),
		],
		4,
	);
	expect(job).toMatchObject({ tensorParallel: 1, pipelineParallel: 1, dataParallel: 4 });
});

test("degrees that do not divide the world are not claimed", () => {
	const job = undescribed([...repeat(4, message("allreduce", 8192, [0, 1, 2])), ...gradient("A")], 8);
	expect(job).toMatchObject({ tensorParallel: null, dataParallel: null, contextParallel: null });
});

test("replicas that never sum anything up are not claimed", () => {
	const job = undescribed([...repeat(4, message("allreduce", 8192, [0, 1])), ...gradient("A")], 8);
	expect(job).toMatchObject({ tensorParallel: 2, dataParallel: null });
});

const pipelined = (rank: number, events: Parameters<typeof storyTrace>[0]["events"], stages = 2) => {
	const pipeline = Array.from({ length: stages }, (_, stage) => stage);
	return storyTrace({ rank, worldSize: stages, groups: { pp: pipeline, tp: [rank], dp: [rank] }, events });
};

test.each([
	["1F1B", "FFBFBFBB", 4, 1, "1F1B"],
	["GPipe", "FFFFBBBB", 4, null, "GPipe"],
	["interleaving, by its warm-up", "FFFFFBFBFBFBBBBB", 4, 2, "interleaved 1F1B"],
	["too few micro-batches to tell", "FFBB", null, null, null],
] as const)("schedule: %s", (_, order, microBatches, chunks, name) => {
	const job = values(describeJob([pipelined(0, schedule(order))]));
	expect(job.schedule).toBe(name);
	expect(job.virtualPipeline).toBe(chunks);
	if (chunks !== null) expect(job.microBatches).toBe(microBatches);
});

test("the embedding tells micro-batches from model chunks", () => {
	const events = [
		...repeat(
			4,
			op("aten::embedding", [
				[512, 64],
				[1, 32],
			]),
		),
		...schedule("FFFFBBFFFFBBBBBB"),
	];
	const job = values(describeJob([pipelined(0, events)]));
	expect(job).toMatchObject({ microBatches: 4, virtualPipeline: 2, schedule: "interleaved 1F1B" });
});

test("without ranges, attention tells the schedule and gradients the micro-batches", () => {
	const forward = [...op("aten::embedding"), ...repeat(3, attention())];
	const backward = [
		...repeat(3, op("FlashAttnBackward")),
		...repeat(3, gradient("Mm")),
		...gradient("EmbeddingBackward0"),
	];
	const order = [forward, forward, backward, forward, backward, forward, backward, backward].flat();
	expect(values(describeJob([pipelined(0, order)]))).toMatchObject({
		microBatches: 4,
		virtualPipeline: 1,
		schedule: "1F1B",
		layers: 6,
	});
});

test("ranges inside ranges are one pass", () => {
	const trace = storyTrace({
		events: [{ ...range("## forward ##")[0]!, takes: 40 } as HandEvent, ...range("forward")],
	});
	expect(describeJob([trace]).microBatches.value).toBe(1);
});

test("layers: numbered from 0 on every stage, all stages at hand", () => {
	const stage = [
		...attention(),
		...[0, 1, 2].flatMap((k) => layerModule(`LlamaDecoderLayer_${k}`)),
		...layerModule("Model_0"),
	];
	const shape = describeJob([pipelined(0, stage), pipelined(1, stage)]);
	expect(shape.layers).toEqual({ value: 6, found: "metadata" });
	expect(describeJob([pipelined(1, stage)]).layers).toEqual({ value: 6, found: "inferred" });
});

test("layers: annotations that count on over the stages", () => {
	const stage = (from: number) => [...attention(), ...[from, from + 1].flatMap((k) => range(`model.layers.${k}`))];
	expect(describeJob([pipelined(0, stage(0)), pipelined(1, stage(2))]).layers).toEqual({ value: 4, found: "metadata" });
});

test("layers: the repetition of attention, counted by gradients where the forward pass is recomputed", () => {
	const step = [
		...op("aten::embedding"),
		...repeat(5, attention()),
		...gradient("NllLossBackward0"),
		...repeat(5, [...attention(), ...op("ScaledDotProductFlashAttentionBackward0")]),
	];
	expect(describeJob([storyTrace({ events: step })]).layers).toEqual({ value: 5, found: "inferred" });
});

test("sizes from operators of PyTorch", () => {
	const events = [
		...op("aten::embedding", [[32000, 1024], [3, 512], [], [], []]),
		...op("aten::embedding", [
			[4096, 1024],
			[1, 512],
		]),
		...repeat(2, [
			...op("aten::rms_norm", [[3, 512, 1024]]),
			...op("aten::rms_norm", [[3, 512, 16, 64]]),
			...attention([
				[3, 16, 512, 64],
				[3, 4, 512, 64],
			]),
		]),
	];
	expect(values(describeJob([storyTrace({ events })]))).toMatchObject({
		hiddenSize: 1024,
		heads: 16,
		sequenceLength: 512,
		microBatchSize: 3,
	});
});

test("heads and sequence are those of the whole model under tensor and context parallelism", () => {
	const groups = { tp: [0, 1], cp: [0, 2], dp: [0], pp: [0] };
	const events = [...op("FlashAttnFunc", [[2, 256, 8, 64]]), ...op("aten::layer_norm", [[256, 2, 1024]])];
	expect(values(describeJob([storyTrace({ worldSize: 4, groups, events })]))).toMatchObject({
		hiddenSize: 1024,
		heads: 16,
		sequenceLength: 512,
		microBatchSize: 2,
	});
});

test("sizes from messages where shapes were not recorded", () => {
	const job = undescribed(
		[
			...repeat(5, [...block, ...message("allreduce", 96 * 64, [0, 1])]),
			...repeat(3, message("allreduce", 64, [0, 1])),
			...gradient("A"),
		],
		2,
	);
	expect(job).toMatchObject({ tensorParallel: 2, hiddenSize: 96, sequenceLength: null });
});

/** Matrix products of 512 tokens at 1 TFLOP a second, and attention that takes `attentionUs`. */
function rates(attentionUs: number): JobShape {
	const linear = [
		[512, 1024],
		[1024, 1024],
	];
	const matmulUs = (2 * 512 * 1024 * 1024) / 1e6;
	const events = [1, 2].flatMap((at): HandEvent[] => [
		{ category: "cpuOp", name: "aten::linear", at, takes: 1, shape: JSON.stringify(linear) },
		{ category: "cpuOp", name: "aten::mm", at, takes: 1, shape: JSON.stringify(linear) },
		{ category: "kernel", name: "sm90_gemm", at, takes: matmulUs, stream: 7 },
	]);
	const name = "void flash::flash_fwd_kernel<Flash_fwd_kernel_traits<128, 64, 64, 4>>(Flash_fwd_params)";
	return describeJob([
		handTrace({ events: [...events, { category: "kernel", name, at: 3, takes: attentionUs, stream: 7 }] }),
	]);
}

test("samples in a micro-batch, where only their tokens show, from how fast attention would have run", () => {
	const wholeUs = (2 * 512 * 512 * 1024) / 1e6;
	expect(values(rates(2 * wholeUs))).toMatchObject({
		heads: 8,
		hiddenSize: 1024,
		microBatchSize: 1,
		sequenceLength: 512,
	});
	expect(values(rates(wholeUs / 2))).toMatchObject({ microBatchSize: 4, sequenceLength: 128 });
});

test("a vision model has no layers, heads or sequence", () => {
	const events = [
		...layerModule("BasicBlock_0"),
		...op("aten::cudnn_batch_norm", [[32, 64, 56, 56]]),
		...repeat(
			2,
			op("aten::linear", [
				[32, 2048],
				[2048, 2048],
			]),
		),
		...op("aten::softmax", [[32, 1000]]),
		...gradient("NllLossBackward0"),
	];
	expect(values(describeJob([storyTrace({ events })]))).toMatchObject({
		layers: null,
		hiddenSize: null,
		heads: null,
		sequenceLength: null,
		microBatches: 1,
	});
});
