/** Predicts a job of which there is no trace: from descriptions of its model, its parallelism and its cluster. */
import { checkParallel } from "../config/check-parallel.js";
import type { HardwareConfig, MeasuredCollective } from "../config/hardware.js";
import { costModel } from "../cost/cost-model.js";
import type { Site } from "../cost/energy.js";
import { runPlans } from "../engine/plan-run/index.js";
import type { FrameworkOptions } from "../plan/blocks/rank-context.js";
import { buildPlan } from "../plan/build-plan.js";
import type { ExecutionPlan } from "../plan/program.js";
import { sharesOfFamilies } from "./family-shares.js";
import { MEGATRON } from "./framework.js";
import { type PredictedJob, type Prediction, predictionOf } from "./prediction.js";
import { DEFAULT_SITE } from "./site.js";
import { timesOfSums } from "./stage-times.js";
import { modelledInterval } from "./uncertainty.js";
import { rangeWarnings } from "./warnings.js";

export interface DescriptionInputs extends PredictedJob {
	/** What the target was described as before flags changed it. @default the target itself */
	readonly base?: PredictedJob;
	readonly hardware: HardwareConfig;
	/** Such as nccl-tests of the cluster; they come before those of the hardware description. */
	readonly measured?: readonly MeasuredCollective[];
	/** @default MEGATRON */
	readonly options?: FrameworkOptions;
	/** @default DEFAULT_SITE */
	readonly site?: Site;
}

export interface DescribedPrediction extends Prediction {
	readonly plan: ExecutionPlan;
}

/** @throws UserError where the job cannot be spread as the parallelism says */
export function predictFromDescriptions(inputs: DescriptionInputs): DescribedPrediction {
	const { model, parallel, hardware, measured = [], options = MEGATRON, site = DEFAULT_SITE } = inputs;
	checkParallel(model, parallel);
	const plan = buildPlan({ model, parallel, hardware, cost: costModel(hardware, { collectives: measured }), options });
	const [run] = runPlans([plan], { deviceSums: true });
	const { finishNs, devices } = run!;
	const perStage = plan.programs.map(({ stage }, p) => timesOfSums(stage, devices[p]!, finishNs[p]!));
	const shares = sharesOfFamilies(
		devices.map(({ familyNs }) => familyNs),
		perStage,
	);
	const all = [...measured, ...hardware.measuredCollectives];
	const prediction = predictionOf({
		base: inputs.base ?? { model, parallel },
		target: { model, parallel },
		hardware,
		perStage,
		site,
		options,
		provenance: [...shares].map(([what, shareOfTime]) => ({ what, source: "modelled", shareOfTime })),
		intervalOf: (iterationMs) => modelledInterval(iterationMs, shares, all.length > 0),
		warnings: rangeWarnings(model, parallel, hardware, all),
	});
	return { ...prediction, plan };
}
