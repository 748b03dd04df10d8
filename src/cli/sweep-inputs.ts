/** What a sweep is to search: from descriptions, flags and a grid. */
import type { MeasuredCollective } from "../config/hardware.js";
import { snakeKey } from "../config/key-case.js";
import { loadModelDescription, loadParallel, presetNames } from "../config/load.js";
import { type Overrides, overridesOf } from "../config/overrides.js";
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

/** What flags and a grid say of any sweep; mistakes in them are found before traces are read. */
export interface AskedSweep {
	readonly overrides: Overrides;
	readonly named: NamedAxes;
	readonly measured: readonly MeasuredCollective[];
}

/**
 * @param tellsRun flags also tell what traces do not: the number of micro-batches is the traced run's then
 * @throws UserError
 */
export function askedSweep(flags: SweepFlags, given: GivenFlags, tellsRun = false): AskedSweep {
	const overrides = overridesOf(given);
	for (const key of ["numMicroBatches", "numLayersPerVirtualPipelineStage"] as const)
		if (overrides.job[key] !== undefined && !(tellsRun && key === "numMicroBatches"))
			throw new UserError(
				`--${snakeKey(key).replaceAll("_", "-")} follows from what a sweep varies; give ${key === "numMicroBatches" ? "--global-batch-size" : "--virtual-pipeline-size"}`,
			);
	const fixed = fixedBy(overrides);
	const grid: NamedAxes = flags.grid === undefined ? new Map() : readGrid(flags.grid);
	const named = flags.grid === undefined ? fixed : joinAxes(fixed, grid, flags.grid);
	if (!named.has("gpus")) throw new UserError("--gpus is missing; give the number of GPUs of the job");
	return { overrides, named, measured: readNcclTests(flags.ncclTests ?? []) };
}

/**
 * A sweep of what descriptions say.
 * @throws UserError
 */
export function sweepInputs(flags: SweepFlags, given: GivenFlags): SweepInputs {
	const missing = flags.model === undefined ? "models" : flags.hardware === undefined ? "hardware" : undefined;
	if (missing !== undefined)
		throw new UserError(
			missing === "models"
				? `nothing to sweep; give traces, or --model, one of ${presetNames(missing).join(", ")}, or a YAML file`
				: `--hardware is missing; give one of ${presetNames(missing).join(", ")}, or a YAML file`,
		);
	const asked = askedSweep(flags, given);
	if (!asked.named.has("global_batch_size") && flags.parallel === undefined)
		throw new UserError("--global-batch-size is missing; give the sequences of a step");
	return inputsOf(asked, {
		model: loadModelDescription(flags.model!),
		parallel: flags.parallel === undefined ? parseParallel({}) : loadParallel(flags.parallel),
		hardware: namedCluster(flags, asked.overrides)!,
		options: { ...MEGATRON, attention: flags.attentionBackend },
	});
}

/** @param start what configurations have in common, but for what is asked */
export function inputsOf(
	{ overrides, named, measured }: AskedSweep,
	start: Pick<SweepInputs, "model" | "parallel" | "hardware" | "options">,
): SweepInputs {
	// What flags say of an axis is in the axes; the rest changes what all configurations have in common.
	const model = { ...start.model, ...beyondAxes("model", overrides.model) };
	const parallel = { ...start.parallel, ...beyondAxes("parallel", overrides.parallel) };
	const axes = completeAxes(model, parallel, named);
	checkSize(axes);
	return { ...start, model, parallel, measured, axes, tensorBeyondNode: asksBeyondNode(named, start.hardware) };
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
