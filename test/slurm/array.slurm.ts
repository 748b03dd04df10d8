import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { packageRoot } from "../../tools/source-files.js";
import { expectRefusal, lumos } from "../support/run-cli.js";
import { temporaryFolder } from "../support/temporary-folder.js";
import { SlurmCluster } from "./cluster.js";
import { slurmMissing } from "./install.js";

const missing = slurmMissing();
if (missing !== undefined) process.stderr.write(`The tests on Slurm are skipped: ${missing}\n`);

/** Some two hundred small configurations. */
const SWEEP = "--model=gpt3-15b --hardware=a100-80g --gpus=8 --global-batch-size=8 --num-layers=4 --top=20".split(" ");

/** With blanks, and with what has a meaning in Slurm's file names. */
const folder = join(temporaryFolder("slurm"), "a 100% b");
mkdirSync(folder);

/** Starts Lumos; but the first time that shard 2 runs, it hangs until somebody kills it. */
writeFileSync(
	join(folder, "start.sh"),
	`case "$*" in *"--shard 2/4"*)
	if mkdir hangs 2>/dev/null; then sleep 60; fi
esac
exec ${process.execPath} ${join(packageRoot, "dist/cli/main.js")} "$@"
`,
);

describe.skipIf(missing !== undefined)("a sweep as an array of Slurm", () => {
	let cluster: SlurmCluster;
	beforeAll(async () => {
		cluster = await SlurmCluster.start();
	});
	afterAll(() => cluster?.stop());

	const submit = (...flags: readonly string[]) =>
		lumos(["sweep", "submit", "--slurm", "--shards=4", "--cpus=1", "--memory=500MB", "--poll=0.5s", ...flags], {
			cwd: folder,
			env: cluster.env,
		});
	const jobs = (): { readonly job: string; readonly shards: readonly number[] }[] =>
		JSON.parse(readFileSync(join(folder, "journal/submission.json"), "utf8")).jobs;

	test("a killed task is submitted again, and the merged table has the bytes of one machine's", async () => {
		const alone = await lumos(["sweep", ...SWEEP, "--out=table.parquet"], { cwd: folder });
		expect(alone.code).toBe(0);
		const bytes = readFileSync(join(folder, "table.parquet"));
		writeFileSync(join(folder, "table.parquet"), "");

		const killed = async (): Promise<void> => {
			while (!existsSync(join(folder, "hangs"))) await setTimeout(50);
			cluster.run("scancel", "--signal=KILL", "--full", `${jobs()[0]!.job}_2`);
		};
		const flags = ["--journal=journal", "--lumos=sh start.sh", ...SWEEP, "--out=table.parquet"];
		const [run] = await Promise.all([submit(...flags), killed()]);
		expect(run.code, run.stderr).toBe(0);
		expect(jobs().map(({ shards }) => shards)).toEqual([[0, 1, 2, 3], [2]]);
		expect(run.stdout).toBe(alone.stdout);
		expect(readFileSync(join(folder, "table.parquet")).equals(bytes)).toBe(true);

		// All is there: the same again submits nothing.
		const again = await submit(...flags);
		expect(again).toMatchObject({ code: 0, stdout: alone.stdout });
		expect(jobs().length).toBe(2);
	});

	test("a shard that never finishes is given up, and its output named", async () => {
		const run = await submit("--journal=never", "--lumos=false", "--retries=0", ...SWEEP);
		expect(run).toMatchObject({ code: 1, stdout: "" });
		const log = join(folder, "never/logs/shard-0.log");
		expect(run.stderr).toContain(`lumos: shard 0 ended 1 time without finishing; see why: ${log}\n`);
		expect(existsSync(log)).toBe(true);
	});

	test("what Slurm refuses is said in its words", async () => {
		const run = await submit("--journal=refused", ...SWEEP, "--memory=500GB");
		expectRefusal(run, 1, /sbatch: .*Memory specification can not be satisfied/);
	});
});
