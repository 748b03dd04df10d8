import { describe, expect, test } from "vitest";
import { PipelinePeaks } from "../../src/plan/schedule/pipeline-peaks.js";
import { refuseInfeasible } from "../../src/sweep/nothing-feasible.js";
import { planSweep } from "../../src/sweep/plan-sweep.js";
import { SweepSpace } from "../../src/sweep/space.js";
import { peakBytesOf } from "../../src/sweep/survey.js";
import { smallSweep } from "../support/small-sweep.js";

/** One value on every axis but those that are given. */
const ONE = {
	pipeline_model_parallel_size: [1],
	virtual_pipeline_size: [1],
	tensor_model_parallel_size: [1],
	micro_batch_size: [1],
	recompute: ["none"],
	sequence_parallel: [false],
	use_distributed_optimizer: [false],
};

const spaceOf = (grid: Parameters<typeof smallSweep>[0]): SweepSpace => new SweepSpace(smallSweep({ ...ONE, ...grid }));
const reasonOf = (grid: Parameters<typeof smallSweep>[0]): string | undefined => {
	const space = spaceOf(grid);
	expect(space.total).toBe(1);
	return space.rejectionOf(space.jobAt(0))?.reason;
};

describe("a job", () => {
	test("has the replicas that the GPUs leave", () => {
		const { parallel, gpus } = spaceOf({ gpus: [8], tensor_model_parallel_size: [2] }).jobAt(0);
		expect([parallel.dataParallelSize, gpus]).toEqual([4, 8]);
	});

	test("interleaves where it has chunks", () => {
		const job = { pipeline_model_parallel_size: [2], virtual_pipeline_size: [2] };
		expect(spaceOf(job).jobAt(0).parallel.schedule).toBe("interleaved");
		expect(spaceOf({}).jobAt(0).parallel.schedule).toBe("1f1b");
		expect(spaceOf({ schedule: ["zb-h1"] }).jobAt(0).parallel.schedule).toBe("zb-h1");
	});

	test("gathers parameters only where they are sharded", () => {
		const space = spaceOf({
			overlap_grad_reduce: [true],
			overlap_param_gather: [true],
			use_distributed_optimizer: [false, true],
		});
		expect([0, 1].map((index) => space.jobAt(index).parallel.overlapParamGather)).toEqual([false, true]);
		expect(space.rejectionOf(space.jobAt(0))).toBeUndefined();
	});

	test("derives from a model axis what the description leaves out", () => {
		const space = spaceOf({ hidden_size: [1024, 2048] });
		expect([0, 1].map((index) => space.jobAt(index).model.ffnHiddenSize)).toEqual([4096, 8192]);
	});
});

describe("what is not simulated", () => {
	test.each([
		[{ sequence_parallel: [true] }, "sequence parallelism without tensor parallelism changes nothing"],
		[{ gpus: [1], use_distributed_optimizer: [true] }, "ZeRO-1 without replicas changes nothing"],
		[{ tensor_model_parallel_size: [3] }, "tensor parallelism does not divide the model"],
		[{ pipeline_model_parallel_size: [3] }, "the layers do not divide into equal stages"],
		[{ virtual_pipeline_size: [2] }, "virtual stages without a pipeline"],
		[{ micro_batch_size: [8] }, "the global batch does not divide into micro-batches"],
		[{ gpus: [6], tensor_model_parallel_size: [4] }, "the degrees do not fill the GPUs"],
		[{ data_parallel_size: [2] }, "the degrees do not fill the GPUs"],
	])("%j: %s", (grid, reason) => {
		expect(reasonOf(grid)).toBe(reason);
	});

	test("tensor parallelism beyond a node is pruned unless a grid asks for it", () => {
		const wide = { gpus: [16], global_batch_size: [16] };
		const { survey } = planSweep(smallSweep(wide));
		expect(survey.pruned.get("tensor parallelism beyond a node")).toBeGreaterThan(0);
		expect(reasonOf({ ...wide, tensor_model_parallel_size: [16] })).toBeUndefined();
	});

	test("what exceeds the memory is counted, and nothing of it is in the chunks", () => {
		const inputs = smallSweep({ num_layers: [96], hidden_size: [8192] });
		const { space, survey, chunks } = planSweep(inputs);
		expect(survey.outOfMemory).toBeGreaterThan(0);
		const peaks = new PipelinePeaks();
		for (const index of chunks.flatMap(({ indices }) => indices))
			expect(peakBytesOf(space, space.jobAt(index), peaks)).toBeLessThanOrEqual(80e9);
	});
});

describe("where nothing can run", () => {
	test("the nearest to fitting is named", () => {
		const { space, survey } = planSweep(smallSweep({ num_layers: [96], hidden_size: [16_384] }));
		expect(() => refuseInfeasible(space, survey)).toThrow(
			/^no configuration of small on 4 GPUs fits the 80 GB of NVIDIA H100.*: the nearest, TP \d.*, needs [\d.]+ GB, [\d.]+ GB too many \(.*\); give more GPUs/,
		);
	});

	test("a typical mistake is explained", () => {
		const { space, survey } = planSweep(smallSweep({ ...ONE, num_layers: [5], pipeline_model_parallel_size: [2] }));
		expect(() => refuseInfeasible(space, survey)).toThrow(/none of the 1 combinations is valid.*5 layers of small/);
	});
});
