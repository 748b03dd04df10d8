/** The flags of `lumos sweep` beside those of models, jobs and clusters. */
import { type Command, InvalidArgumentError, Option } from "commander";
import { withConfigFlags } from "./config-flags.js";
import { parseCount, parsePositive, type ReadFlags, withTraceFlags } from "./options.js";
import { parseSeed } from "./predict-flags.js";
import { type SiteFlags, withSiteFlags } from "./site-flags.js";

export interface Shard {
	/** From 0. */
	readonly shard: number;
	readonly shards: number;
}

/** How results are ranked and shown: nothing that a simulation depends on. */
export interface SweepOutputFlags extends SiteFlags {
	readonly objective: string;
	readonly tokens: number;
	readonly gpuHourCost?: number;
	readonly top: number;
	readonly explain?: number;
	readonly targetMs?: number;
	readonly targetTokensPerSecond?: number;
	readonly out?: string;
	readonly json?: boolean;
}

export interface SweepFlags extends SweepOutputFlags, Omit<ReadFlags, "kernelClasses" | "cache"> {
	readonly model?: string;
	readonly hardware?: string;
	readonly network?: string;
	readonly parallel?: string;
	readonly ncclTests?: readonly string[];
	readonly attentionBackend: "flash" | "unfused";
	readonly grid?: string;
	readonly seed: number;
	readonly journal?: string;
	readonly resume?: boolean;
	readonly shard?: Shard;
	readonly shards?: number;
	readonly prune?: boolean;
}

/** Tokens that costs are given for unless the user says how many are to be trained on. */
const DEFAULT_TOKENS = 1e9;

/** `300e9`, `300B`, `1.4T`. */
export function parseTokens(text: string): number {
	const [, number, unit = ""] = /^([\d.]+(?:e\d+)?)\s*([kmbt]?)$/i.exec(text.trim()) ?? [];
	const value = Number(number) * 1000 ** ["", "k", "m", "b", "t"].indexOf(unit.toLowerCase());
	if (!(value >= 1) || !Number.isFinite(value)) throw new InvalidArgumentError("give a number such as 300e9 or 300B");
	return value;
}

/** `i/n` with i from 0. */
export function parseShard(text: string): Shard {
	const [, shard, shards] = /^(\d{1,6})\/(\d{1,6})$/.exec(text.trim()) ?? [];
	if (!(Number(shard) < Number(shards))) throw new InvalidArgumentError("give i/n with i from 0 to n - 1, such as 0/4");
	return { shard: Number(shard), shards: Number(shards) };
}

export function withSweepOutputFlags(command: Command): Command {
	const ranked = command
		.option("--objective <names>", "what to rank by; several with commas give their Pareto front", "iteration-time")
		.addOption(
			new Option("--tokens <n>", "tokens to train on, for GPU-hours, cost, energy and carbon")
				.argParser(parseTokens)
				.default(DEFAULT_TOKENS, "1B"),
		)
		.addOption(new Option("--gpu-hour-cost <price>", "price of a GPU for an hour").argParser(parsePositive));
	return withSiteFlags(ranked)
		.addOption(new Option("--top <k>", "how many to show").argParser(parseCount).default(10))
		.addOption(
			new Option("--explain <k>", "say why the best one beats the next ones, up to this").argParser(parseCount),
		)
		.addOption(
			new Option("--target-ms <ms>", "name the largest model of the grid whose iteration takes no longer").argParser(
				parsePositive,
			),
		)
		.addOption(
			new Option("--target-tokens-per-second <n>", "the same for a throughput that must be reached")
				.argParser(parsePositive)
				.conflicts("targetMs"),
		)
		.option("--out <file>", "write all simulated configurations: .parquet, .csv or .ndjson")
		.option("--json", "print one JSON document instead of text");
}

/** What is searched: journals of the same inputs belong together. */
export function withSweepInputFlags(command: Command): Command {
	return withConfigFlags(
		withTraceFlags(command, "[traces...]")
			.option("--model <name>", "without traces: the model, a preset or a YAML file")
			.option("--hardware <name>", "the cluster, a preset or a YAML file (default with traces: the one of their GPU)")
			.option("--network <name>", "another network for the cluster, a preset or a YAML file")
			.option(
				"--parallel <file>",
				"without traces: what all configurations have in common, in a YAML file; flags change it",
			)
			.option("--nccl-tests <file...>", "what nccl-tests' *_perf programs printed on the cluster")
			.addOption(
				new Option("--attention-backend <which>", "without traces: how attention runs")
					.choices(["flash", "unfused"])
					.default("flash"),
			)
			.addOption(new Option("--seed <n>", "with traces: of which instances are drawn").argParser(parseSeed).default(1))
			.option("--grid <file>", "values of any axis in a YAML file; a flag of an axis fixes it to one value"),
	);
}

export function withSweepFlags(command: Command): Command {
	return withSweepOutputFlags(withSweepInputFlags(command))
		.addOption(
			new Option("--workers <n>", "simulate with so many worker threads (default: one a core)").argParser(parseCount),
		)
		.option("--journal <folder>", "where results are kept as they come (default: beside --out, or the cache folder)")
		.option("--resume", "go on with what the journal has")
		.option("--prune", "do not simulate what cannot be among the best by a lower bound of its time")
		.addOption(
			new Option(
				"--shard <i/n>",
				"only part i of n, from 0 (default: that of a Slurm array or a Kubernetes Indexed Job)",
			).argParser(parseShard),
		)
		.addOption(
			new Option("--shards <n>", "of how many, where a Kubernetes Indexed Job says which").argParser(parseCount),
		);
}
