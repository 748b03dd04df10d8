/** What configurations can be ranked by. */
import { nearestWord } from "../../config/nearest-word.js";
import { UserError } from "../../lib/errors.js";
import { gpuHours, type Outcome, type Training, tokensPerSecond, trainingFootprint, trainingHours } from "./outcome.js";

export type Better = "lower" | "higher";

export interface Objective {
	/** As on the command line. */
	readonly name: string;
	/** As in files: with its unit. */
	readonly column: string;
	/** For people; empty where the value has none. */
	readonly unit: string;
	readonly better: Better;
	readonly description: string;
	/** It looks at what devices do, not at times alone. */
	readonly usesDevices?: true;
	/** NaN where the training lacks what it takes. */
	readonly value: (outcome: Outcome, training: Training) => number;
}

export const OBJECTIVES: readonly Objective[] = [
	{
		name: "iteration-time",
		column: "iteration_ms",
		unit: "ms",
		better: "lower",
		description: "time of one iteration",
		value: ({ iterationMs }) => iterationMs,
	},
	{
		name: "throughput",
		column: "tokens_per_s",
		unit: "tokens/s",
		better: "higher",
		description: "tokens a second of the whole job",
		value: tokensPerSecond,
	},
	{
		name: "mfu",
		column: "mfu",
		unit: "",
		better: "higher",
		description: "model FLOPs over what the GPUs could compute in that time",
		value: ({ mfu }) => mfu,
	},
	{
		name: "memory-headroom",
		column: "memory_headroom_gb",
		unit: "GB",
		better: "higher",
		description: "memory that the fullest GPU has left; negative where it does not fit",
		value: ({ memoryGb, memoryCapacityGb }) => memoryCapacityGb - memoryGb,
	},
	{
		name: "training-time",
		column: "training_hours",
		unit: "h",
		better: "lower",
		description: "time to train on the token budget",
		value: trainingHours,
	},
	{
		name: "gpu-hours",
		column: "gpu_hours",
		unit: "GPU h",
		better: "lower",
		description: "hours of all GPUs to train on the token budget",
		value: gpuHours,
	},
	{
		name: "cost",
		column: "cost",
		unit: "",
		better: "lower",
		description: "GPU-hours times the price of one",
		value: (outcome, training) => gpuHours(outcome, training) * (training.gpuHourCost ?? Number.NaN),
	},
	{
		name: "energy",
		column: "energy_kwh",
		unit: "kWh",
		better: "lower",
		description: "energy to train on the token budget, the data centre's overhead included",
		usesDevices: true,
		value: (outcome, training) => trainingFootprint(outcome, training).kwh,
	},
	{
		name: "carbon",
		column: "carbon_kg",
		unit: "kg CO2",
		better: "lower",
		description: "carbon of that energy, and the share of making the GPUs",
		usesDevices: true,
		value: (outcome, training) => {
			const { operationalKgCo2, embodiedKgCo2 } = trainingFootprint(outcome, training);
			return operationalKgCo2 + embodiedKgCo2;
		},
	},
];

const names = OBJECTIVES.map(({ name }) => name);

/** What objectives are also known as. */
const OTHER_NAMES: Readonly<Record<string, string>> = { "tokens-per-second": "throughput" };

/**
 * The objectives of a list of names with commas between them, such as `iteration-time,cost`.
 * @throws UserError for an unknown name, one given twice, and for cost without a price.
 */
export function parseObjectives(text: string, training: Pick<Training, "gpuHourCost">): Objective[] {
	const given = text
		.split(",")
		.map((name) => name.trim())
		.map((name) => OTHER_NAMES[name] ?? name);
	return given.map((name, i) => {
		const objective = OBJECTIVES.find((known) => known.name === name);
		if (objective === undefined) {
			const meant = nearestWord(name, names);
			const hint = meant === undefined ? `choose of ${names.join(", ")}` : `did you mean ${meant}?`;
			throw new UserError(`--objective ${text}: there is no objective '${name}'; ${hint}`);
		}
		if (given.indexOf(name) < i) throw new UserError(`--objective ${text}: ${name} stands there twice; leave one out`);
		if (name === "cost" && training.gpuHourCost === undefined)
			throw new UserError("--objective cost: the price of a GPU for an hour is missing; give --gpu-hour-cost");
		return objective;
	});
}
