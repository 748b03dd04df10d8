/** What a sweep is to search: from descriptions, flags and a grid. */
import { snakeKey } from "../config/key-case.js";
import { loadModelDescription, loadParallel, presetNames } from "../config/load.js";
import { overridesOf } from "../config/overrides.js";
import { parseParallel } from "../config/parallel.js";
import { UserError } from "../lib/errors.js";
import { MEGATRON } from "../predict/framework.js";
import { AXIS_FIELDS, type AxisSection, type AxisValue } from "../sweep/axes.js";
import { asksBeyondNode, completeAxes, type NamedAxes } from "../sweep/default-axes.js";
import { checkSize, joinAxes, readGrid } from "../sweep/grid/read.js";
import type { SweepInputs } from "../sweep/inputs.js";
import type { GivenFlags } from "./config-flags.js";
import { readNcclTests } from "./nccl-tests.js";
import { namedCluster } from "./predict-cluster.js";
import type { SweepFlags } from "./sweep-flags.js";

const AXIS_OF = new Map(AXIS_FIELDS.map((field) => [`${field.section}.${field.key}`, field.name]));

/** @throws UserError */
export function sweepInputs(flags: SweepFlags, given: GivenFlags): SweepInputs {
	const missing = flags.model === undefined ? "models" : flags.hardware === undefined ? "hardware" : undefined;
	if (missing !== undefined)
		throw new UserError(
			`--${missing === "models" ? "model" : missing} is missing; give one of ${presetNames(missing).join(", ")}, or a YAML file`,
		);
	const overrides = overridesOf(given);
	for (const key of ["numMicroBatches", "numLayersPerVirtualPipelineStage"] as const)
		if (overrides.job[key] !== undefined)
			throw new UserError(
				`--${snakeKey(key).replaceAll("_", "-")} follows from what a sweep varies; give ${key === "numMicroBatches" ? "--global-batch-size" : "--virtual-pipeline-size"}`,
			);
	const hardware = namedCluster(flags, overrides)!;
	// What flags say of an axis is in the axes; the rest changes what all configurations have in common.
	const model = { ...loadModelDescription(flags.model!), ...beyondAxes("model", overrides.model) };
	const base = flags.parallel === undefined ? parseParallel({}) : loadParallel(flags.parallel);
	const parallel = { ...base, ...beyondAxes("parallel", overrides.parallel) };
	const fixed = fixedBy(overrides);
	const grid: NamedAxes = flags.grid === undefined ? new Map() : readGrid(flags.grid);
	const named = flags.grid === undefined ? fixed : joinAxes(fixed, grid, flags.grid);
	if (!named.has("gpus")) throw new UserError("--gpus is missing; give the number of GPUs of the job");
	if (!named.has("global_batch_size") && flags.parallel === undefined)
		throw new UserError("--global-batch-size is missing; give the sequences of a step");
	const axes = completeAxes(model, parallel, named);
	checkSize(axes);
	return {
		model,
		parallel,
		hardware,
		measured: readNcclTests(flags.ncclTests ?? []),
		options: { ...MEGATRON, attention: flags.attentionBackend },
		axes,
		tensorBeyondNode: asksBeyondNode(named, hardware),
	};
}

function beyondAxes<T extends object>(section: AxisSection, given: T): Partial<T> {
	const others = Object.entries(given).filter(([key]) => !AXIS_OF.has(`${section}.${key}`));
	return Object.fromEntries(others) as Partial<T>;
}

/** A flag of an axis leaves it one value. */
function fixedBy(overrides: ReturnType<typeof overridesOf>): NamedAxes {
	const fixed = new Map<string, readonly AxisValue[]>();
	for (const section of ["model", "job", "parallel"] as const)
		for (const [key, value] of Object.entries(overrides[section])) {
			const name = AXIS_OF.get(`${section}.${key}`);
			if (name !== undefined) fixed.set(name, [value as AxisValue]);
		}
	return fixed;
}
