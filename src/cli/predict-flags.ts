/** The flags of `lumos predict` beside those of models, jobs and clusters. */
import { type Command, InvalidArgumentError, Option } from "commander";
import type { ReadFlags } from "./options.js";
import { type SiteFlags, withSiteFlags } from "./site-flags.js";

export interface PredictFlags extends ReadFlags, SiteFlags {
	readonly model?: string;
	readonly hardware?: string;
	readonly network?: string;
	readonly parallel?: string;
	readonly ncclTests?: readonly string[];
	readonly attentionBackend: "flash" | "unfused";
	readonly perfetto?: string;
	readonly seed: number;
}

export function parseSeed(text: string): number {
	if (!/^\d{1,9}$/.test(text.trim())) throw new InvalidArgumentError("give a whole number from 0 on");
	return Number(text);
}

export function withPredictFlags(command: Command): Command {
	const described = command
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
		.addOption(new Option("--seed <n>", "with traces: of which instances are drawn").argParser(parseSeed).default(1));
	return withSiteFlags(described);
}
