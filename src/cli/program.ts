/** The commands and their flags. What a command needs is loaded when it runs: help and mistakes are answered at once. */
import { Command, Option } from "commander";
import { givenFlags, withConfigFlags } from "./config-flags.js";
import { oneLine } from "./exit.js";
import { withMeasuredFlags } from "./measured-flags.js";
import { parseRanks, parseSlowdown, parseStep, parseWhole, withGraphFlags, withReadFlags } from "./options.js";
import { withPredictFlags } from "./predict-flags.js";
import { withSweepFlags, withSweepOutputFlags } from "./sweep-flags.js";
import { addSubmit } from "./sweep-submit-flags.js";
import { withSynthFlags } from "./synth-flags.js";
import { version } from "./version.js";

export function createProgram(): Command {
	const program = new Command("lumos")
		.description("Trace-driven performance simulator for large-scale LLM training")
		.version(version)
		.addHelpText("after", example("replay traces/"))
		// What stands behind a command belongs to it: subcommands have flags of the same names.
		.enablePositionalOptions()
		.exitOverride()
		.configureOutput({ outputError: (text, write) => write(`${mistake(text)}\n`) });

	withReadFlags(program.command("inspect").description("say what the traces tell about the job"))
		.addHelpText("after", example("inspect traces/"))
		.action(async (paths, flags) => (await import("./inspect.js")).inspect(paths, flags));

	withGraphFlags(program.command("replay").description("simulate a recorded run and compare it with the recording"))
		.addOption(new Option("--step <n>", "report only this step: the N of ProfilerStep#N, or all").argParser(parseStep))
		.addOption(
			new Option("--durations <which>", "recorded, or typical: every task takes the mean of its kind")
				.choices(["recorded", "typical"])
				.default("recorded"),
		)
		.addOption(
			new Option("--slow <rank=factor>", "what if: its kernels take so many times as long (repeatable)").argParser(
				parseSlowdown,
			),
		)
		.addOption(
			new Option(
				"--slow-cpu <rank=factor>",
				"what if: its CPU time takes so many times as long (repeatable)",
			).argParser(parseSlowdown),
		)
		.addOption(
			new Option("--heal <rank>", "what if: it takes what its peers take; a rank or all (repeatable)").argParser(
				parseRanks,
			),
		)
		.option("--no-cache", "neither use nor keep the graph of these traces (LUMOS_CACHE=off does it for good)")
		.option("--perfetto <file>", "write the replayed timeline as a .json.gz trace")
		.option("--compare", "with --perfetto: measured tracks beside the replayed ones")
		.addHelpText("after", example("replay traces/ --perfetto replay.json.gz --compare"))
		.action(async (paths, flags) => (await import("./replay.js")).replay(paths, flags));

	withGraphFlags(program.command("pack").description("pack traces into one file that opens at once"))
		.option("-o, --out <file>", "where to write it (default: named after the traces, in this folder)")
		.addHelpText("after", example("pack traces/ --out job.lumos && lumos replay job.lumos"))
		.action(async (paths, flags) => (await import("./pack.js")).pack(paths, flags));

	withSynthFlags(program.command("synth").description("write traces of an emulated job, with the truth beside them"))
		.addHelpText("after", example("synth --out traces/ --model gpt3-15b --tp 2 --pp 2 --dp 2 --num-micro-batches 4"))
		.action(async (flags) => (await import("./synth.js")).synth(flags));

	withConfigFlags(
		withPredictFlags(
			withReadFlags(
				program
					.command("predict")
					.description("predict another configuration of a traced job, or a job from descriptions alone"),
				"[traces...]",
			),
		),
	)
		.addHelpText("after", example("predict traces/ --dp 8 --pp 4"))
		.addHelpText(
			"after",
			"  $ lumos predict --model gpt3-175b --hardware a100-80g --tp 8 --pp 8 --dp 8 --global-batch-size 1536",
		)
		.action(async (paths, flags, command) => (await import("./predict.js")).predict(paths, flags, givenFlags(command)));

	const sweep = withSweepFlags(
		program
			.command("sweep")
			.description("simulate every configuration of a job, and rank them")
			.enablePositionalOptions(),
	)
		.addHelpText("after", example("sweep --model gpt3-175b --hardware a100-80g --gpus 512 --global-batch-size 1536"))
		.addHelpText("after", "  $ lumos sweep traces/ --gpus 64")
		.action(async (paths, flags, command) => (await import("./sweep.js")).sweep(paths, flags, givenFlags(command)));
	withSweepOutputFlags(
		sweep
			.command("merge <folder>")
			.description("put the journals of all shards together, as if one machine had run them"),
	)
		.addHelpText("after", example("sweep merge journal/ --out sweep.parquet"))
		.action(async (folder, flags) => (await import("./sweep-merge.js")).sweepMerge(folder, flags));
	addSubmit(sweep).addHelpText(
		"after",
		example("sweep submit --slurm --shards 16 --journal sweep/ --model gpt3-175b … --out sweep.parquet"),
	);

	withMeasuredFlags(
		program
			.command("validate <file>")
			.description("predict configurations whose step times were measured, and say how far off the predictions are")
			.option("--hardware <name>", "the cluster: a preset or a YAML file", "a100-80g")
			.option("--calibrate <file...>", "fit the hardware to other measured rows first"),
	)
		.addHelpText("after", example("validate measured.csv --hardware a100-80g --calibrate other.csv"))
		.action(async (file, flags, command) => (await import("./validate.js")).validate(file, flags, givenFlags(command)));

	withMeasuredFlags(
		program
			.command("calibrate")
			.description("fit a hardware description to measurements, and write it as YAML")
			.requiredOption("--hardware <name>", "where to start: a preset or a YAML file")
			.option("--measured <file...>", "measured step times, as lumos validate reads them")
			.option("--nccl-tests <file...>", "what the programs of nccl-tests printed")
			.option("--traces <path...>", "recorded runs: their kernels and the wire times of their collectives")
			.requiredOption("-o, --out <file>", "the YAML file to write")
			.addOption(
				new Option("--suggest <n>", "name so many measurements that would narrow the fit most")
					.argParser(parseWhole)
					.default(3),
			),
	)
		.addHelpText("after", example("calibrate --hardware a100-80g --measured measured.csv --out mine.yaml"))
		.action(async (flags, command) => (await import("./calibrate.js")).calibrate(flags, givenFlags(command)));
	return program;
}

function example(command: string): string {
	return `\nExample:\n  $ lumos ${command}`;
}

/** One line of what the parser of the command line says. */
function mistake(text: string): string {
	const what = oneLine(text.trim())
		.replace(/^error: /, "")
		.replace("is invalid. ", "is invalid: ")
		.replace("Allowed choices are", "choose one of")
		.replace(/\.$/, "");
	return `lumos: ${what}; see --help`;
}
