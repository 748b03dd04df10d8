/** The flags of `lumos synth` by the names that Megatron-LM gives them, and their checks. */
import { type Command, InvalidArgumentError, Option } from "commander";
import { defaultJob, recomputeModes, schedules } from "../synth/job.js";
import { modelPresets } from "../synth/model-presets.js";

/** Larger numbers are typing errors. */
const MOST = 1e9;

export function withSynthFlags(command: Command): Command {
	const number = (flags: string, text: string, parse: (text: string) => unknown, fallback?: unknown): Command => {
		const option = new Option(flags, text).argParser(parse);
		return command.addOption(fallback === undefined ? option : option.default(fallback));
	};
	command
		.requiredOption("-o, --out <folder>", "where to write rank{N}.json.gz and truth.json")
		.addOption(new Option("--model <name>", "a model by name").choices(Object.keys(modelPresets)));
	number("--num-layers <n>", `layers (default: ${defaultJob.layers})`, parseCount);
	number("--hidden-size <n>", `hidden size (default: ${defaultJob.hidden})`, parseCount);
	number("--ffn-hidden-size <n>", "width of the MLP (default: 4 times hidden)", parseCount);
	number("--num-attention-heads <n>", `attention heads (default: ${defaultJob.heads})`, parseCount);
	number("--kv-channels <n>", "width of a head (default: hidden size / heads)", parseCount);
	number("--seq-length <n>", `tokens of a sample (default: ${defaultJob.sequence})`, parseCount);
	number("--vocab-size <n>", `vocabulary, padded (default: ${defaultJob.vocabulary})`, parseCount);
	number("--tp, --tensor-model-parallel-size <n>", "tensor parallelism", parseCount, 1);
	number("--pp, --pipeline-model-parallel-size <n>", "pipeline stages", parseCount, 1);
	number("--dp, --data-parallel-size <n>", "replicas", parseCount, 1);
	number("--vpp, --num-virtual-stages-per-pipeline-rank <n>", "model chunks of a stage (default: 1)", parseCount);
	number("--micro-batch-size <n>", "samples of a micro-batch", parseCount, defaultJob.microBatchSize);
	number("--num-micro-batches <n>", `micro-batches of a replica (default: ${defaultJob.microBatches})`, parseCount);
	number("--global-batch-size <n>", "samples of a step, instead of --num-micro-batches", parseCount);
	command
		.addOption(
			new Option("--schedule <name>", "order of passes (default: 1f1b, interleaved with --vpp)").choices(schedules),
		)
		.option("--sequence-parallel", "split what lies between layers along the sequence")
		.addOption(new Option("--recompute <what>", "activations computed again").choices(recomputeModes).default("none"))
		.option("--overlap-grad-reduce", "reduce gradients under the last backward pass")
		.option("--use-distributed-optimizer", "ZeRO-1: scatter gradients, gather parameters")
		.option(
			"--untie-embeddings-and-output-weights",
			"a table of its own for the output layer (default: only where one stage holds both)",
		);
	number("--steps <n>", "steps to record", parseCount, 1);
	number("--first-step <n>", "the N of the first ProfilerStep#N", parseWhole, defaultJob.firstStep);
	number("--gpus-per-node <n>", "GPUs that share NVLink", parseCount, defaultJob.gpusPerNode);
	number("--seed <n>", "of all randomness", parseWhole, defaultJob.seed);
	number("--noise <share>", "relative deviation of kernel and transfer times", parseShare, defaultJob.deviceNoise);
	number("--cpu-noise <share>", "relative deviation of CPU times", parseShare, defaultJob.cpuNoise);
	return command
		.option("--straggler <rank=factor>", "compute kernels of a rank take longer; may be repeated", parseFactor, {})
		.option("--late-launcher <rank=factor>", "the CPU of a rank takes longer; may be repeated", parseFactor, {})
		.addOption(new Option("--clock-skew <us>", "clocks are off by up to so much").argParser(parseAmount).default(0))
		.addOption(
			new Option("--clock-drift <ppm>", "clocks run fast or slow by up to so much").argParser(parseAmount).default(0),
		)
		.option("--no-sync-events", "without cuda_sync events, as by default in PyTorch")
		.option("--no-comm-metadata", "without process groups, sizes and peers of collectives")
		.option("--no-modules", "without nn.Module ranges")
		.addOption(new Option("--ranks <list>", "write only these ranks, such as 0,8-15").argParser(parseRanks))
		.addOption(new Option("--workers <n>", "files written at a time (default: one a core)").argParser(parseCount))
		.option("--force", "replace an earlier run in the folder")
		.option("--json", "print one JSON document instead of text");
}

function parseCount(text: string): number {
	const value = parseWhole(text);
	if (value < 1) throw new InvalidArgumentError("give a whole number from 1 up");
	return value;
}

function parseWhole(text: string): number {
	if (!/^\d+$/.test(text) || Number(text) > MOST) throw new InvalidArgumentError(`give a whole number up to ${MOST}`);
	return Number(text);
}

function parseShare(text: string): number {
	const value = parseAmount(text);
	// Times are drawn from four uniforms: beyond this some would be negative.
	if (value > 0.25) throw new InvalidArgumentError("give a share from 0 to 0.25");
	return value;
}

function parseAmount(text: string): number {
	const value = Number(text);
	if (text.trim() === "" || !(value >= 0 && value <= MOST)) throw new InvalidArgumentError("give a number from 0 up");
	return value;
}

function parseFactor(text: string, previous: Readonly<Record<number, number>>): Readonly<Record<number, number>> {
	const [, rank, factor] = /^(\d{1,9})=(\d+(?:\.\d+)?)$/.exec(text) ?? [];
	const value = Number(factor);
	if (!(value >= 0.1 && value <= 100))
		throw new InvalidArgumentError("give a rank and a factor from 0.1 to 100, such as 3=1.2");
	return { ...previous, [Number(rank)]: value };
}

/** `0,8-15`, each once, in order. */
function parseRanks(text: string): number[] {
	const ranks = new Set<number>();
	for (const part of text.split(",")) {
		const [, from, to = from] = /^(\d{1,6})(?:-(\d{1,6}))?$/.exec(part.trim()) ?? [];
		if (from === undefined || Number(to) < Number(from))
			throw new InvalidArgumentError("give ranks and ranges of ranks, such as 0,8-15");
		for (let rank = Number(from); rank <= Number(to); rank++) ranks.add(rank);
	}
	return [...ranks].sort((a, b) => a - b);
}
