/** Changes of a job that segments of its traces cannot show: refused, since a plan that ignores them would mislead. */
import type { ModelConfig } from "../config/model.js";
import type { ParallelConfig } from "../config/parallel.js";
import { UserError } from "../lib/errors.js";

interface DescribedJob {
	readonly model: ModelConfig;
	readonly parallel: ParallelConfig;
}

/** Fields that change which kernels run, in ways that no segment of the run shows. */
const PARALLEL_FIELDS = ["contextParallelSize", "expertModelParallelSize", "overlapParamGather"] as const;
const MODEL_FIELDS = ["swiglu", "normalization", "numExperts", "addBiasLinear", "positionEmbedding"] as const;

/** @throws UserError naming the flag, and what the flag was in the traced run. */
export function refuseUnseen(base: DescribedJob, target: DescribedJob): void {
	for (const field of PARALLEL_FIELDS) refuseChange(field, base.parallel[field], target.parallel[field]);
	for (const field of MODEL_FIELDS) refuseChange(field, base.model[field], target.model[field]);
	const { schedule } = base.parallel;
	if (schedule === "zb-h1" && target.parallel.schedule !== schedule)
		refuse("--schedule", `backward passes of ${schedule} are in two parts that ${target.parallel.schedule} has in one`);
}

function refuseChange(field: string, before: unknown, after: unknown): void {
	if (before === after) return;
	const flag = `--${field.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
	refuse(flag, `the traced run has ${String(before)}, and ${String(after)} runs other kernels`);
}

function refuse(flag: string, why: string): never {
	throw new UserError(
		`${flag} cannot be changed from these traces: ${why}; predict from --model and --hardware instead`,
	);
}
