import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import type { ShardJob } from "../../src/sweep/submit/shard-job.js";
import { aliveTasks, slurmScript } from "../../src/sweep/submit/slurm.js";

const job: ShardJob = {
	command: ["/opt/node", "/opt/lumos/main.js", "sweep", "--grid", "my grid.yaml"],
	shards: 12,
	journal: "/sweeps/100%",
	workingFolder: "/home/me/with blank",
	cpus: 4,
	memoryMib: 2048,
	timeLimitS: 5430,
};

test("the script says what each task of the array gets and does", () => {
	const all = Array.from({ length: 12 }, (_, i) => i);
	expect(slurmScript({ ...job, atOnce: 3 }, all, ["--partition=cpu"])).toBe(`#!/bin/sh
#SBATCH --job-name=lumos-sweep
#SBATCH --array=0-11%3
#SBATCH --nodes=1
#SBATCH --ntasks=1
#SBATCH --cpus-per-task=4
#SBATCH --mem=2048M
#SBATCH --time=01:30:30
#SBATCH --chdir="/home/me/with blank"
#SBATCH --output=/sweeps/100%%/logs/shard-%a.log
#SBATCH --open-mode=append
#SBATCH --no-requeue
#SBATCH --partition=cpu

exec /opt/node /opt/lumos/main.js sweep --grid 'my grid.yaml' --shard "$SLURM_ARRAY_TASK_ID/12" --journal /sweeps/100% --resume
`);
});

test("lost shards are an array of their own, with the numbers that they had", () => {
	expect(slurmScript(job, [7, 0, 8, 9, 11], [])).toContain("#SBATCH --array=0,7-9,11\n");
	const printed = { ...job, command: ["printf", "%s\\n", "it's", "$HOME", ""] };
	const script = slurmScript(printed, [7], []);
	const env = { ...process.env, SLURM_ARRAY_TASK_ID: "7" };
	expect(spawnSync("/bin/sh", { input: script, env, encoding: "utf8" }).stdout.split("\n").slice(0, -1)).toEqual([
		...["it's", "$HOME", "", "--shard", "7/12", "--journal", "/sweeps/100%", "--resume"],
	]);
});

test("folders that no directive can name are refused", () => {
	for (const journal of ['/a"b', "/a'b", "/a\\b", "/a\nb"])
		expect(() => slurmScript({ ...job, journal }, [0], [])).toThrow(/Slurm takes no folder with quotes/);
});

test("which tasks squeue lists as still to come", () => {
	expect(aliveTasks("")).toEqual({ shards: new Set(), running: 0 });
	const listed = "0 R\n1 CD\n2 PD\n3 CG\n4 F\n5 NF\n6 TO\n  7 CF\n8 OOM\n";
	expect(aliveTasks(listed)).toEqual({ shards: new Set([0, 2, 3, 7]), running: 2 });
});
