/** From the flags of `lumos synth` to a job, or to one line that says why not. */
import { Command } from "commander";
import { describe, expect, test } from "vitest";
import { withSynthFlags } from "../../src/cli/synth-flags.js";
import { jobOf, type SynthFlags } from "../../src/cli/synth-job.js";
import { UserError } from "../../src/lib/errors.js";
import { checkJob } from "../../src/synth/check-job.js";
import { defaultJob, type Job } from "../../src/synth/job.js";

function parse(...args: string[]): Job {
	const silent = new Command().exitOverride().configureOutput({ writeErr: () => {} });
	const flags = withSynthFlags(silent)
		.parse(["--out", "x", ...args], { from: "user" })
		.opts() as SynthFlags;
	const job = jobOf(flags);
	checkJob(job);
	return job;
}

test("without flags: the small default job, one step", () => {
	expect(parse()).toEqual({ ...defaultJob, steps: 1 });
});

test("Megatron's long names and the short ones are the same", () => {
	const long = [
		"--tensor-model-parallel-size",
		"2",
		"--pipeline-model-parallel-size",
		"2",
		"--data-parallel-size",
		"3",
	];
	const virtual = ["--num-virtual-stages-per-pipeline-rank", "2"];
	expect(parse(...long, ...virtual)).toEqual(parse("--tp", "2", "--pp", "2", "--dp", "3", "--vpp", "2"));
	expect(parse("--pp", "2", "--vpp", "2").schedule).toBe("interleaved");
});

test("a model by name keeps what is not given besides; heads of GPT-3 are 128 wide", () => {
	expect(parse("--model", "gpt3-44b")).toMatchObject({
		layers: 48,
		hidden: 12_288,
		ffn: 24_576,
		heads: 48,
		headSize: 128,
	});
	expect(parse("--model", "gpt3-44b", "--num-layers", "8")).toMatchObject({ layers: 8, ffn: 24_576 });
	expect(parse("--hidden-size", "1024", "--num-attention-heads", "16")).toMatchObject({ ffn: 4096, headSize: 64 });
	expect(parse("--hidden-size", "1000", "--num-attention-heads", "24", "--kv-channels", "40")).toMatchObject({
		headSize: 40,
	});
});

test("a global batch is divided among replicas and micro-batches", () => {
	expect(parse("--global-batch-size", "48", "--dp", "4", "--micro-batch-size", "2").microBatches).toBe(6);
});

test("stragglers and late launchers may be several", () => {
	const job = parse("--tp", "4", "--straggler", "1=1.5", "--straggler", "3=2", "--late-launcher", "0=4");
	expect(job).toMatchObject({ stragglers: { 1: 1.5, 3: 2 }, lateLaunchers: { 0: 4 } });
});

describe("what cannot be is named, with the nearest choice that can", () => {
	test.each([
		[
			["--tp", "3", "--num-attention-heads", "4", "--hidden-size", "512"],
			/^--tensor-model-parallel-size 3 does not divide --num-attention-heads 4; nearest: --tensor-model-parallel-size 2, or --num-attention-heads 3$/,
		],
		[
			["--tp", "4", "--vocab-size", "50257"],
			/does not divide --vocab-size 50257; nearest: .* 1, or --vocab-size 50256$/,
		],
		[["--pp", "3"], /^--num-layers 4 do not divide into 3 stages; nearest: 3$/],
		[["--pp", "2", "--vpp", "3"], /^--num-layers 4 do not divide into 2 stages x 3 chunks; nearest: 6$/],
		[["--pp", "2", "--schedule", "interleaved"], /^--schedule interleaved needs --num-virtual-stages/],
		[
			["--schedule", "interleaved", "--vpp", "2"],
			/^--schedule interleaved needs --pipeline-model-parallel-size above 1$/,
		],
		[["--vpp", "2", "--pp", "2", "--schedule", "gpipe"], /^--vpp 2 needs --schedule interleaved/],
		[
			["--pp", "2", "--vpp", "2", "--num-micro-batches", "5"],
			/does not divide --num-micro-batches 5 .*nearest: .* 1, or --num-micro-batches 6$/,
		],
		[["--sequence-parallel"], /^--sequence-parallel needs --tensor-model-parallel-size above 1$/],
		[
			["--hidden-size", "1000"],
			/^--num-attention-heads 24 does not divide --hidden-size 1000; nearest: --hidden-size 1008,/,
		],
		[["--global-batch-size", "10", "--dp", "4"], /^--global-batch-size 10 is no multiple of .*nearest: 12$/],
		[["--global-batch-size", "8", "--num-micro-batches", "2"], /say the same; give one of them$/],
		[["--dp", "100000"], /are 100000 ranks; at most 4096/],
		[["--num-micro-batches", "1000000000"], /too much to emulate at once; --num-micro-batches x --steps may be \d+$/],
		[["--straggler", "1=2"], /^--straggler 1: ranks are 0 to 0$/],
	])("%j", (args, line) => {
		expect(() => parse(...args)).toThrow(UserError);
		expect(() => parse(...args)).toThrow(line);
	});

	test.each([
		[["--straggler", "0=fast"], /give a rank and a factor/],
		[["--ranks", "3-1"], /give ranks and ranges of ranks/],
		[["--tp", "1.5"], /give a whole number/],
		[["--tp", "0"], /from 1 up/],
		[["--noise", "-1"], /give a number from 0 up/],
		[["--noise", "2"], /give a share from 0 to 0\.25/],
		[["--clock-skew", ""], /give a number/],
		[["--schedule", "dualpipe"], /Allowed choices are 1f1b/],
		[["traces/"], /too many arguments/],
	])("%j is no value", (args, line) => {
		expect(() => parse(...args)).toThrow(line);
	});
});
