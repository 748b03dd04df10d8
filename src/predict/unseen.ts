/** Changes of a job that segments of its traces cannot show: refused, since a plan that ignores them would mislead. */
import type { ModelConfig } from "../config/model.js";
import type { ParallelConfig } from "../config/parallel.js";
import { UserError } from "../lib/errors.js";

interface DescribedJob {
	readonly model: ModelConfig;
	readonly parallel: ParallelConfig;
}

/** Fields that change which kernels run, not only how long they take. */
const PARALLEL_FIELDS = [
	"contextParallelSize",
	"sequenceParallel",
	"recompute",
	"dtype",
	"overlapParamGather",
] as const;
const MODEL_FIELDS = ["swiglu", "normalization", "numExperts", "addBiasLinear", "positionEmbedding"] as const;

/** @throws UserError naming the flag, and what the flag was in the traced run. */
export function refuseUnseen(base: DescribedJob, target: DescribedJob): void {
	for (const field of PARALLEL_FIELDS) refuseChange(field, base.parallel[field], target.parallel[field]);
	for (const field of MODEL_FIELDS) refuseChange(field, base.model[field], target.model[field]);
	if (base.parallel.tensorModelParallelSize === 1 && target.parallel.tensorModelParallelSize > 1)
		refuse(
			"--tensor-model-parallel-size",
			"the traced run has no tensor parallelism whose collectives could be scaled",
		);
	const { schedule } = target.parallel;
	if (schedule === "interleaved" || (schedule === "zb-h1" && base.parallel.schedule !== schedule))
		refuse("--schedule", `passes of ${schedule} cannot be cut from traces of ${base.parallel.schedule}`);
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
