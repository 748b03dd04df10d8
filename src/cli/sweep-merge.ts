/** `lumos sweep merge`: the journals of all shards as one sweep. */
import { UserError } from "../lib/errors.js";
import { findings } from "../sweep/findings.js";
import { differingParts } from "../sweep/journal/header.js";
import { mergeJournals } from "../sweep/journal/merge.js";
import { readJournals } from "../sweep/journal/read.js";
import { planSweep } from "../sweep/plan-sweep.js";
import { hasSums } from "../sweep/row.js";
import { computing } from "./signals.js";
import type { SweepOutputFlags } from "./sweep-flags.js";
import { present, questionOf, tableOutput } from "./sweep-output.js";
import { needsSums, sumsHere } from "./sweep-sums.js";
import { peakRssMb } from "./terminal.js";
import { version } from "./version.js";

export async function sweepMerge(folder: string, flags: SweepOutputFlags): Promise<void> {
	const started = performance.now();
	const question = questionOf(flags);
	const output = tableOutput(flags.out);
	const journals = readJournals(folder);
	const { header, path } = journals[0]!;
	const parts = differingParts(header, { ...header, version });
	if (parts.length > 0)
		throw new UserError(
			`${path}: was written by version ${header.version} of Lumos, this is ${version}; merge with the version that simulated`,
		);
	const plan = await computing(() => planSweep(header.inputs));
	const { rows, failed } = mergeJournals(plan, journals, folder);
	const timing = {
		totalMs: performance.now() - started,
		simulateMs: 0,
		configsPerSecond: 0,
		tasksPerSecond: 0,
		workers: 0,
		peakRssMb: peakRssMb(),
	};
	const sumsOf = sumsHere(plan.space);
	const lacking = needsSums(flags, question) ? rows.filter((row) => !hasSums(row)).map(({ index }) => index) : [];
	const summed = new Map((await computing(() => sumsOf(lacking))).map((row) => [row.index, row]));
	const outcome = { rows: rows.map((row) => summed.get(row.index) ?? row), failed };
	await present(findings(plan.space, plan.survey, outcome, question, sumsOf), timing, output, flags);
}
