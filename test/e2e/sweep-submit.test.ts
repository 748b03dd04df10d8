import { chmodSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { packageRoot } from "../../tools/source-files.js";
import { expectRefusedHere } from "../support/refused-here.js";
import { expectRefusal, lumos } from "../support/run-cli.js";
import { temporaryFolder } from "../support/temporary-folder.js";

const folder = temporaryFolder("submit");
/** Nothing of a scheduler is found here. */
const nowhere = join(folder, "nowhere");
mkdirSync(nowhere);

const SWEEP =
	"--model=gpt3-15b --hardware=a100-80g --gpus=4 --global-batch-size=4 --num-layers=2 --vpp=1 --recompute=none".split(
		" ",
	);
const submit = (args: string, env: Readonly<Record<string, string>> = { PATH: nowhere }) =>
	lumos(["sweep", "submit", ...args.split(" "), ...SWEEP], { cwd: folder, env });

test("--dry-run prints what would be submitted, and leaves nothing", async () => {
	const slurm = await submit(
		"--slurm --shards=3 --journal=dry --no-swiglu --top=3 --time=90m --sbatch=--partition=cpu --dry-run",
	);
	expect(slurm).toMatchObject({ code: 0, stderr: "" });
	expect(slurm.stdout).toContain("#SBATCH --array=0-2\n");
	expect(slurm.stdout).toContain("#SBATCH --time=01:30:00\n");
	expect(slurm.stdout).toContain("#SBATCH --partition=cpu\n");
	// What is searched is what was typed; how it is shown is the business of the merge.
	const words = `sweep --no-swiglu ${SWEEP.join(" ")} --workers=4 --shard "$SLURM_ARRAY_TASK_ID/3" --journal ${folder}/dry --resume\n`;
	expect(slurm.stdout).toContain(words);
	expect(existsSync(join(folder, "dry"))).toBe(false);
});

test("what is wrong is said in a line before anything is submitted", async () => {
	const refuse = (args: string, line: RegExp) =>
		expectRefusedHere(["sweep", "submit", ...args.split(" "), ...SWEEP, "--journal", join(folder, "j")], line);
	await refuse("--shards=2", /--slurm or --k8s is missing/);
	await refuse("--slurm --shards=900 --time=1h", /only \d+ pieces of work; give at most/);
	await refuse("--slurm --shards=2 --tp=3", /combinations is valid/);
	expectRefusal(await submit("--slurm --shards=2 --journal=j"), 1, /sbatch: no such program here/);
});

test("an Indexed Job whose pods run as its manifest says gives the bytes of one machine, also after a pod was lost", async () => {
	const programs = join(folder, "programs");
	mkdirSync(programs);
	symlinkSync(join(packageRoot, "test/support/kubernetes/kubectl.mjs"), join(programs, "kubectl"));
	writeFileSync(
		join(programs, "lumos"),
		`#!/bin/sh\nexec ${process.execPath} ${join(packageRoot, "dist/cli/main.js")} "$@"\n`,
	);
	chmodSync(join(programs, "lumos"), 0o755);
	const alone = await lumos(["sweep", ...SWEEP, "--out=table.csv"], { cwd: folder });
	expect(alone.code, alone.stderr).toBe(0);
	const bytes = readFileSync(join(folder, "table.csv"), "utf8");
	writeFileSync(join(folder, "table.csv"), "");
	const env = { PATH: `${programs}:${process.env.PATH}`, FAIL_INDEX: "1" };
	const args =
		"--k8s --shards=2 --cpus=1 --poll=0.1s --journal=k8s --image=i --volume-claim=c --mount=. --out=table.csv";
	const run = await submit(args, env);
	expect(run.code, run.stderr).toBe(0);
	const { jobs } = JSON.parse(readFileSync(join(folder, "k8s/submission.json"), "utf8"));
	expect(jobs).toEqual([
		{ job: "job.batch/job1", shards: [0, 1] },
		{ job: "job.batch/job2", shards: [1] },
	]);
	expect(run.stdout).toBe(alone.stdout);
	expect(readFileSync(join(folder, "table.csv"), "utf8")).toBe(bytes);
	await expectRefusedHere(
		[
			"sweep",
			"submit",
			"--k8s",
			"--shards=3",
			"--image=i",
			"--volume-claim=c",
			...SWEEP,
			"--journal",
			join(folder, "k8s"),
		],
		/shard-0-of-2\.journal: is not of 3 shards; choose another --journal or --shards/,
	);
});
