/** The flags of `lumos sweep submit` beside those of the sweep itself. */
import { type Command, InvalidArgumentError, Option } from "commander";
import { givenFlags } from "./config-flags.js";
import { parseBytes, parseCount, parseWhole } from "./options.js";
import { withSweepInputFlags, withSweepOutputFlags } from "./sweep-flags.js";

export interface SubmitFlags {
	readonly slurm?: boolean;
	readonly k8s?: boolean;
	readonly shards: number;
	readonly journal: string;
	readonly cpus: number;
	readonly memory: number;
	/** Seconds. */
	readonly time: number;
	readonly atOnce?: number;
	readonly retries: number;
	/** Seconds. */
	readonly poll: number;
	readonly lumos?: string;
	readonly dryRun?: boolean;
	readonly sbatch?: readonly string[];
	readonly image?: string;
	readonly volumeClaim?: string;
	readonly mount?: string;
	readonly namespace?: string;
	readonly podRetries: number;
}

const UNIT_S = { s: 1, m: 60, h: 3600, d: 86_400 } as const;

/** Seconds of `90s`, `45m`, `2h`, `1d`. */
export function parseSeconds(text: string): number {
	const [, number, unit] = /^(\d{1,6}(?:\.\d+)?)([smhd])$/.exec(text.trim()) ?? [];
	const value = Number(number) * UNIT_S[unit as keyof typeof UNIT_S];
	if (!(value > 0)) throw new InvalidArgumentError("give a time such as 90s, 45m or 2h");
	return value;
}

/** The command, below that of the sweep. */
export function addSubmit(sweep: Command): Command {
	const command = withSweepInputFlags(
		sweep.command("submit").description("run a sweep in shards on a cluster, wait for them, and put them together"),
	);
	const searched = typedFlags(command);
	return withSubmitFlags(withSweepOutputFlags(command)).action(async (paths, flags) =>
		(await import("./sweep-submit.js")).sweepSubmit(paths, flags, givenFlags(command), searched),
	);
}

/**
 * Notes which of the flags that the command has by now are given, as words of a command line; flags that are added later
 * are not noted.
 */
function typedFlags(command: Command): readonly string[] {
	const words: string[] = [];
	for (const option of command.options)
		command.on(`option:${option.name()}`, (value: string | null | undefined) =>
			words.push(value === null || value === undefined ? option.long! : `${option.long}=${value}`),
		);
	return words;
}

function withSubmitFlags(command: Command): Command {
	return command
		.option("--slurm", "as a job array of Slurm, with its sbatch and squeue")
		.addOption(new Option("--k8s", "as an Indexed Job of Kubernetes, with its kubectl").conflicts("slurm"))
		.addOption(
			new Option("--shards <n>", "into how many parts the sweep is cut").argParser(parseCount).makeOptionMandatory(),
		)
		.requiredOption("--journal <folder>", "where the shards keep their results: all nodes and this machine see it")
		.addOption(new Option("--cpus <n>", "CPUs of a shard").argParser(parseCount).default(4))
		.addOption(new Option("--memory <size>", "memory of a shard").argParser(parseBytes).default(4 * 1024 ** 3, "4GiB"))
		.addOption(new Option("--time <limit>", "time limit of a shard").argParser(parseSeconds).default(3600, "1h"))
		.addOption(new Option("--at-once <n>", "run at most so many shards at a time").argParser(parseCount))
		.addOption(new Option("--retries <n>", "submit a lost shard again so often").argParser(parseWhole).default(2))
		.addOption(new Option("--poll <time>", "how often to look").argParser(parseSeconds).default(5, "5s"))
		.option("--lumos <command>", "how nodes start Lumos (default: this installation; with --k8s: lumos)")
		.option("--sbatch <option...>", "with --slurm: further options of sbatch, such as --sbatch=--partition=cpu")
		.option("--image <image>", "with --k8s: a container image that has Lumos")
		.option("--volume-claim <name>", "with --k8s: the claim of a volume that this machine mounts as well")
		.option("--mount <folder>", "with --k8s: where both mount it (default: the journal's folder)")
		.option("--namespace <name>", "with --k8s: of the job (default: kubectl's)")
		.addOption(
			new Option("--pod-retries <n>", "with --k8s: how often Kubernetes starts a shard's pod again")
				.argParser(parseWhole)
				.default(2),
		)
		.option("--dry-run", "print the script or the manifest, and submit nothing");
}
