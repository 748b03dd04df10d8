/** Step times that others published, with the job as far as they describe it. */

import type { HardwareConfig } from "../src/config/hardware.js";
import { loadHardware, loadModel } from "../src/config/load.js";
import type { ModelConfig } from "../src/config/model.js";
import { type ParallelConfig, parseParallel } from "../src/config/parallel.js";
import type { FrameworkName } from "../src/predict/measured/defaults.js";

export interface PublishedTime {
	readonly source: string;
	readonly what: string;
	readonly model: ModelConfig;
	readonly parallel: ParallelConfig;
	readonly hardware: HardwareConfig;
	readonly framework: FrameworkName;
	readonly publishedMs: number;
}

/** Korthikanti et al. 2022, "Reducing activation recomputation in large transformer models", Table 5: A100-80GB, fp16. */
function korthikanti(): PublishedTime[] {
	const hardware = loadHardware("a100-80g");
	const jobs = [
		{ model: "gpt-22b", pp: 1, vpp: 1, batch: 4, micro: 4, full: 1420, selective: 1100 },
		{ model: "gpt3-175b", pp: 8, vpp: 3, batch: 64, micro: 1, full: 18_130, selective: 13_750 },
	];
	return jobs.flatMap(({ model, pp, vpp, batch, micro, full, selective }) =>
		(
			[
				["full", full],
				["selective", selective],
			] as const
		).map(([recompute, publishedMs]) => ({
			source: "Korthikanti et al. 2022, Table 5",
			what: `${model}, ${8 * pp} A100, TP8 PP${pp}, ${recompute} recompute`,
			model: loadModel(model, { seqLength: 2048, vocabSize: 51_200 }),
			parallel: parseParallel({
				tensor_model_parallel_size: 8,
				pipeline_model_parallel_size: pp,
				virtual_pipeline_size: vpp,
				schedule: vpp > 1 ? "interleaved" : "1f1b",
				micro_batch_size: micro,
				global_batch_size: batch,
				recompute,
				sequence_parallel: recompute === "selective",
				dtype: "fp16",
			}),
			hardware,
			framework: "megatron-lm" as const,
			publishedMs,
		})),
	);
}

/**
 * Lumos (MLSys 2025), Figure 7: GPT-3 15B on H100, the times that were measured there; TP x PP micro-batches. The paper
 * does not print micro-batch size and options: micro-batches of 1 follow from the times, sequence parallelism and the
 * distributed optimizer with overlap are what the benchmark that it names does.
 */
function lumosFigure7(): PublishedTime[] {
	const hardware = loadHardware("h100-sxm", "roce-400g-x8");
	const measured = [
		[2, 2, 8, 797],
		[2, 2, 16, 813],
		[2, 2, 32, 864],
		[2, 4, 4, 872],
		[2, 8, 4, 1446],
		[2, 16, 4, 1785],
		[2, 4, 8, 888],
		[2, 8, 8, 1010],
		[2, 4, 16, 1336],
	] as const;
	return measured.map(([tp, pp, dp, publishedMs]) => ({
		source: "Lumos (MLSys 2025), Figure 7",
		what: `gpt3-15b, ${tp * pp * dp} H100, TP${tp} PP${pp} DP${dp}`,
		model: loadModel("gpt3-15b"),
		parallel: parseParallel({
			tensor_model_parallel_size: tp,
			pipeline_model_parallel_size: pp,
			data_parallel_size: dp,
			micro_batch_size: 1,
			global_batch_size: tp * pp * dp,
			sequence_parallel: true,
			use_distributed_optimizer: true,
			overlap_grad_reduce: true,
			overlap_param_gather: true,
		}),
		hardware,
		framework: "megatron-core" as const,
		publishedMs,
	}));
}

export function publishedTimes(): PublishedTime[] {
	return [...korthikanti(), ...lumosFigure7()];
}
