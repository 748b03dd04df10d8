#!/usr/bin/env node
/**
 * Stands in for kubectl and a cluster: `create` runs the pods of an Indexed Job on this machine, one after another, as
 * its manifest says; `get` gives the status that the Job then has. The pod of index `FAIL_INDEX` of the first Job fails.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { parse } from "yaml";

const [verb, ...args] = process.argv.slice(2);

if (verb === "create") {
	const { spec } = parse(readFileSync(0, "utf8"));
	const number = [1, 2].find((n) => !existsSync(`job${n}.json`));
	const [{ command, workingDir }] = spec.template.spec.containers;
	const ended = { completed: [], failed: [] };
	for (let index = 0; index < spec.completions; index++) {
		const lost = number === 1 && String(index) === process.env.FAIL_INDEX;
		const env = { ...process.env, JOB_COMPLETION_INDEX: String(index) };
		const status = lost ? 1 : spawnSync(command[0], command.slice(1), { cwd: workingDir, env, stdio: "ignore" }).status;
		ended[status === 0 ? "completed" : "failed"].push(index);
	}
	const status = { completedIndexes: ended.completed.join(), failedIndexes: ended.failed.join() };
	writeFileSync(`job${number}.json`, JSON.stringify({ kind: "Job", status }));
	process.stdout.write(`job.batch/job${number}\n`);
} else if (verb === "get") process.stdout.write(readFileSync(`${args[0].replace("job.batch/", "")}.json`));
else process.exit(64);
