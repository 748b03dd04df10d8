/**
 * How fast a sweep is: GPT-3 175B on 512 A100 80 GB, global batch 1536, every configuration that fits, simulated kernel by
 * kernel; with one worker and with two.
 *
 *     npm run bench:sweep [-- --workers 1,2,4]
 */
import { spawnSync } from "node:child_process";
import { availableParallelism, cpus } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { SweepResult } from "../src/report/sweep-result.js";
import { formatTable } from "../src/report/table.js";
import { packageRoot } from "../tools/source-files.js";

const { values } = parseArgs({ options: { workers: { type: "string", default: "1,2" } } });
const job = "--model gpt3-175b --hardware a100-80g --gpus 512 --global-batch-size 1536 --seq-length 2048".split(" ");

function sweep(workers: number): SweepResult {
	const command = [join(packageRoot, "dist/cli/main.js"), "sweep", ...job, "--workers", String(workers), "--json"];
	const { status, stdout, stderr } = spawnSync(process.execPath, command, {
		encoding: "utf8",
		maxBuffer: 1 << 26,
		env: { ...process.env, LUMOS_CACHE: "off" },
	});
	if (status !== 0) throw new Error(`sweep failed: ${stderr}`);
	return JSON.parse(stdout) as SweepResult;
}

const results = values.workers.split(",").map((workers) => sweep(Number(workers)));
const [first] = results;
process.stdout.write(`${cpus()[0]?.model}, ${availableParallelism()} cores; ${job.join(" ")}\n`);
const rows = results.map(({ space, timing }) => [
	String(timing.workers),
	String(space.simulated),
	(timing.totalMs / 1e3).toFixed(1),
	(timing.simulateMs / 1e3).toFixed(1),
	timing.configsPerSecond.toFixed(1),
	(timing.tasksPerSecond / 1e6).toFixed(1),
	(first!.timing.simulateMs / timing.simulateMs).toFixed(2),
	timing.peakRssMb.toFixed(0),
]);
const titles = ["workers", "configurations", "seconds", "simulating", "a second", "million tasks/s", "speed-up", "MB"];
const columns = titles.map((title) => ({ title, align: "right" as const }));
process.stdout.write(`${formatTable(columns, rows).join("\n")}\n`);
const same = new Set(results.map(({ timing: _, ...rest }) => JSON.stringify(rest))).size === 1;
process.stdout.write(
	`${same ? "the same results whatever the workers" : "RESULTS DIFFER between numbers of workers"}\n`,
);
process.exitCode = same ? 0 : 1;
