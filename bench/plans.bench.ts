/**
 * What a sweep does with each configuration: builds a plan and runs it, here GPT-3 175B on 512 GPUs, a million tasks. The
 * plan runner task by task, alone and with several plans of one structure side by side in SIMD lanes, against `runPlan` in
 * TypeScript and against its own scalar pass; with composed blocks against task by task; building with and without what
 * plans before left.
 */
import { loadHardware, loadModel } from "../src/config/load.js";
import { parseParallel } from "../src/config/parallel.js";
import { costModel } from "../src/cost/cost-model.js";
import { runPlans } from "../src/engine/plan-run/index.js";
import { buildPlan, type PlanInputs } from "../src/plan/build-plan.js";
import { PlanCache } from "../src/plan/plan-cache.js";
import type { ExecutionPlan } from "../src/plan/program.js";
import { DeviceLog } from "../src/plan/run/device-log.js";
import { runPlan } from "../src/plan/run/index.js";
import { MEGATRON } from "../src/predict/framework.js";
import { timesOfLog } from "../src/predict/stage-times.js";
import type { Figure } from "./figure.js";
import { contest } from "./harness.js";

const UNIT = "million tasks/s";

/** Tensor parallelism of 8, 8 stages, 8 replicas; on GPUs whose memory is faster by `factor`. */
function gpt3(factor: number): PlanInputs {
	const a100 = loadHardware("a100-80g");
	const hardware = { ...a100, gpu: { ...a100.gpu, memoryGbPerS: a100.gpu.memoryGbPerS * factor } };
	const parallel = parseParallel({
		tensor_model_parallel_size: 8,
		pipeline_model_parallel_size: 8,
		data_parallel_size: 8,
		global_batch_size: 1536,
	});
	return { model: loadModel("gpt3-175b"), parallel, hardware, cost: costModel(hardware), options: MEGATRON };
}

function withOwnBlocks(plan: ExecutionPlan): ExecutionPlan {
	const { blockLibrary } = plan;
	return { ...plan, blockLibrary: { ...blockLibrary, blocks: blockLibrary.blocks.map((block) => ({ ...block })) } };
}

export default async function plans(): Promise<Figure[]> {
	const inputs = [1, 1.1, 1.2, 1.3].map(gpt3);
	const four = inputs.map((one) => buildPlan(one));
	const [one] = four as [(typeof four)[number]];
	const amount = runPlan(one).taskCount / 1e6;
	const tasks = `${amount.toFixed(1)} M tasks`;
	const cache = new PlanCache();
	const scalar = { name: "its scalar pass", run: () => runPlans([one], { width: 1, compose: false }), amount };
	// As in a sweep, where most plans bring blocks that no plan before had.
	const unseen = () => four.map((plan) => withOwnBlocks(plan));

	return [
		await contest({
			name: `plan runner, one plan, ${tasks}`,
			unit: UNIT,
			amount,
			run: scalar.run,
			rival: { name: "runPlan in TypeScript", run: () => runPlan(one) },
		}),
		await contest({
			name: "plan runner, two plans side by side",
			unit: UNIT,
			amount: 2 * amount,
			run: () => runPlans(four.slice(0, 2), { width: 2, compose: false }),
			rival: scalar,
		}),
		await contest({
			name: "plan runner, four plans side by side",
			unit: UNIT,
			amount: 4 * amount,
			run: () => runPlans(four, { compose: false }),
			rival: scalar,
			target: 1.5,
		}),
		await contest({
			name: "plan runner with composed blocks, four plans",
			unit: UNIT,
			amount: 4 * amount,
			run: () => runPlans(unseen()),
			rival: { name: "task by task", run: () => runPlans(unseen(), { compose: false }) },
			target: 2,
		}),
		await contest({
			name: "plan runner with device sums, four plans",
			unit: UNIT,
			amount: 4 * amount,
			run: () => runPlans(four, { deviceSums: true }),
			rival: {
				name: "runPlan in TypeScript with its log",
				amount,
				run: () => {
					const log = new DeviceLog(one.blockLibrary, one.programs.length);
					const { finishNs } = runPlan(one, log);
					return one.programs.map(({ stage }, p) => timesOfLog(stage, log.ranks[p]!, finishNs[p]!));
				},
			},
			rounds: 3,
		}),
		await contest({
			name: "buildPlan after plans like it",
			unit: "plans/s",
			amount: 1,
			run: () => buildPlan(inputs[0]!, { cache }),
			rival: { name: "buildPlan by itself", run: () => buildPlan(inputs[0]!) },
		}),
	];
}
