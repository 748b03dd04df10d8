/** Small models spread in many ways, for plans that are made from descriptions. */
import fc from "fast-check";
import { checkParallel } from "../../src/config/check-parallel.js";
import { loadHardware } from "../../src/config/load.js";
import { type ModelConfig, parseModel } from "../../src/config/model.js";
import { type ParallelConfig, parseParallel } from "../../src/config/parallel.js";
import { costModel } from "../../src/cost/cost-model.js";
import type { FrameworkOptions } from "../../src/plan/blocks/rank-context.js";
import type { PlanInputs } from "../../src/plan/build-plan.js";

export const FRAMEWORK: FrameworkOptions = {
	attention: "flash",
	fusedGradientAccumulation: true,
	overlapTensorGradients: true,
	synchronizesPasses: false,
	scattersMessages: false,
	messages: "blocking",
};

export function smallModel(changes: object = {}): ModelConfig {
	return parseModel({
		name: "small",
		num_layers: 8,
		hidden_size: 1024,
		num_attention_heads: 8,
		seq_length: 512,
		vocab_size: 1000,
		...changes,
	});
}

export function jobInputs(model: ModelConfig, parallel: object, options: Partial<FrameworkOptions> = {}): PlanInputs {
	const hardware = loadHardware("a100-80g");
	const checked = parseParallel(parallel);
	checkParallel(model, checked);
	return { model, parallel: checked, hardware, cost: costModel(hardware), options: { ...FRAMEWORK, ...options } };
}

type Flags = { -readonly [K in keyof ParallelConfig]?: ParallelConfig[K] };

const degrees = fc.record({
	tensor_model_parallel_size: fc.constantFrom(1, 2),
	pipeline_model_parallel_size: fc.constantFrom(1, 2, 4),
	data_parallel_size: fc.constantFrom(1, 2),
	context_parallel_size: fc.constantFrom(1, 2),
	sequence_parallel: fc.boolean(),
	recompute: fc.constantFrom<NonNullable<Flags["recompute"]>>("none", "selective", "full"),
	use_distributed_optimizer: fc.boolean(),
	overlap_grad_reduce: fc.boolean(),
	overlap_param_gather: fc.boolean(),
	schedule: fc.constantFrom<NonNullable<Flags["schedule"]>>("1f1b", "interleaved", "gpipe", "zb-h1"),
	rounds: fc.integer({ min: 1, max: 2 }),
});

/** Jobs that `checkParallel` accepts: dense models and experts, every schedule, every way to overlap. */
export const smallJob = fc
	.record({
		degrees,
		experts: fc.boolean(),
		attention: fc.constantFrom<FrameworkOptions["attention"]>("flash", "unfused"),
	})
	.map(({ degrees: { rounds, ...wanted }, experts, attention }) => {
		const pipeline = wanted.pipeline_model_parallel_size;
		const interleaved = wanted.schedule === "interleaved" && pipeline > 1;
		const sharded = wanted.use_distributed_optimizer && wanted.overlap_grad_reduce;
		const replicas = wanted.data_parallel_size * wanted.context_parallel_size;
		const parallel = {
			...wanted,
			schedule: wanted.schedule === "interleaved" && !interleaved ? "1f1b" : wanted.schedule,
			virtual_pipeline_size: interleaved ? 2 : 1,
			overlap_param_gather: sharded && wanted.overlap_param_gather,
			expert_model_parallel_size: experts ? replicas : 1,
			global_batch_size: wanted.data_parallel_size * pipeline * rounds,
		};
		const model = smallModel(experts ? { num_experts: 4, moe_load_balance: 1.2 } : {});
		return jobInputs(model, parallel, { attention });
	});
