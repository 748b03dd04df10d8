/** Changes of a job that segments of its traces cannot show: refused, since a plan that ignores them would mislead. */
import type { ModelConfig } from "../config/model.js";
import type { ParallelConfig } from "../config/parallel.js";
import { UserError } from "../lib/errors.js";

interface DescribedJob {
	readonly model: ModelConfig;
	readonly parallel: ParallelConfig;
}

export interface UnseenChange {
	/** That names what changes. */
	readonly flag: string;
	/** What it was in the traced run, and what that means. */
	readonly why: string;
}

/** Fields that change which kernels run, in ways that no segment of the run shows. */
const PARALLEL_FIELDS = ["contextParallelSize", "expertModelParallelSize", "overlapParamGather"] as const;
const MODEL_FIELDS = ["swiglu", "normalization", "numExperts", "addBiasLinear", "positionEmbedding"] as const;

/** The first of such changes; undefined where there is none. */
export function unseenChange(base: DescribedJob, target: DescribedJob): UnseenChange | undefined {
	return (
		firstOf(PARALLEL_FIELDS, base.parallel, target.parallel) ??
		firstOf(MODEL_FIELDS, base.model, target.model) ??
		joinedPasses(base.parallel.schedule, target.parallel.schedule)
	);
}

/** @throws UserError naming the flag, and what the flag was in the traced run. */
export function refuseUnseen(base: DescribedJob, target: DescribedJob): void {
	const change = unseenChange(base, target);
	if (change === undefined) return;
	throw new UserError(`${cannotChange(change)}: ${change.why}; predict from --model and --hardware instead`);
}

/** The same words for all changes of a flag. */
export function cannotChange({ flag }: UnseenChange): string {
	return `${flag} cannot be changed from these traces`;
}

function firstOf<K extends string>(
	fields: readonly K[],
	before: Readonly<Record<K, unknown>>,
	after: Readonly<Record<K, unknown>>,
): UnseenChange | undefined {
	const field = fields.find((name) => before[name] !== after[name]);
	if (field === undefined) return undefined;
	const flag = `--${field.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
	return { flag, why: `the traced run has ${before[field]}, and ${after[field]} runs other kernels` };
}

function joinedPasses(before: ParallelConfig["schedule"], after: ParallelConfig["schedule"]): UnseenChange | undefined {
	if (before !== "zb-h1" || after === before) return undefined;
	return { flag: "--schedule", why: `backward passes of ${before} are in two parts that ${after} has in one` };
}
