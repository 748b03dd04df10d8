/** The flags of `lumos predict` beside those of models, jobs and clusters. */
import { type Command, InvalidArgumentError, Option } from "commander";
import type { Site } from "../cost/energy.js";
import { DEFAULT_SITE } from "../predict/site.js";
import { parsePositive, type ReadFlags } from "./options.js";

export interface PredictFlags extends ReadFlags {
	readonly model?: string;
	readonly hardware?: string;
	readonly network?: string;
	readonly parallel?: string;
	readonly ncclTests?: readonly string[];
	readonly attentionBackend: "flash" | "unfused";
	readonly perfetto?: string;
	readonly seed: number;
	readonly pue: number;
	readonly carbonIntensity: number;
}

export function parseSeed(text: string): number {
	if (!/^\d{1,9}$/.test(text.trim())) throw new InvalidArgumentError("give a whole number from 0 on");
	return Number(text);
}

export function parseIntensity(text: string): number {
	const value = Number(text);
	if (text.trim() === "" || !(value >= 0) || !Number.isFinite(value))
		throw new InvalidArgumentError("give a number from 0 on");
	return value;
}

export function parsePue(text: string): number {
	const value = parsePositive(text);
	if (value < 1) throw new InvalidArgumentError("give a number from 1 on");
	return value;
}

export function withPredictFlags(command: Command): Command {
	return command
		.option("--model <name>", "without traces: the model, a preset or a YAML file")
		.option("--hardware <name>", "the cluster, a preset or a YAML file (default with traces: the one of their GPU)")
		.option("--network <name>", "another network for the cluster, a preset or a YAML file")
		.option("--parallel <file>", "without traces: parallelism and batch in a YAML file; flags change it")
		.option("--nccl-tests <file...>", "what nccl-tests' *_perf programs printed on the cluster")
		.addOption(
			new Option("--attention-backend <which>", "without traces: how attention runs")
				.choices(["flash", "unfused"])
				.default("flash"),
		)
		.option("--perfetto <file>", "write the predicted timeline as a .json.gz trace")
		.addOption(new Option("--seed <n>", "with traces: of which instances are drawn").argParser(parseSeed).default(1))
		.addOption(
			new Option("--pue <factor>", "power of the data centre over that of its machines")
				.argParser(parsePue)
				.default(DEFAULT_SITE.pue),
		)
		.addOption(
			new Option("--carbon-intensity <kg>", "kg of CO2 that a kilowatt-hour causes")
				.argParser(parseIntensity)
				.default(DEFAULT_SITE.kgCo2PerKwh),
		);
}

export function siteOf({ pue, carbonIntensity }: PredictFlags): Site {
	return { ...DEFAULT_SITE, pue, kgCo2PerKwh: carbonIntensity };
}
