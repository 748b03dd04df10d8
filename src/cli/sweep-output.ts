/** What a sweep found, printed and written: the same for one machine and for merged shards. */
import { UserError } from "../lib/errors.js";
import { assembleSweep } from "../report/assemble-sweep.js";
import { formatSweep, sweepTimeLine } from "../report/format-sweep.js";
import type { SweepResult } from "../report/sweep-result.js";
import type { Findings, SweepQuestion } from "../sweep/findings.js";
import { parseObjectives } from "../sweep/objectives/objectives.js";
import { type TableFormat, tableFormat, writeTable } from "../sweep/output/write-table.js";
import { sweepTable } from "../sweep/table.js";
import { checkOutput, type OutputFile, writeOutput } from "./output-file.js";
import { siteOf } from "./site-flags.js";
import type { SweepOutputFlags } from "./sweep-flags.js";
import { print, stdoutLook } from "./terminal.js";
import { version } from "./version.js";

export interface TableOutput {
	readonly given: string;
	readonly file: OutputFile;
	readonly format: TableFormat;
}

/** Mistakes in these flags are found before anything is simulated. */
export function questionOf(flags: SweepOutputFlags): SweepQuestion {
	const { gpuHourCost, tokens, top } = flags;
	const price = gpuHourCost === undefined ? {} : { gpuHourCost };
	return {
		objectives: parseObjectives(flags.objective, price),
		tokenBudget: tokens,
		...price,
		site: siteOf(flags),
		top,
		explainTo: flags.explain ?? 1,
		...targetOf(flags),
	};
}

function targetOf({ targetMs, targetTokensPerSecond }: SweepOutputFlags): Pick<SweepQuestion, "target"> {
	if (targetMs !== undefined) return { target: { ms: targetMs } };
	return targetTokensPerSecond === undefined ? {} : { target: { tokensPerSecond: targetTokensPerSecond } };
}

export function tableOutput(out: string | undefined): TableOutput | undefined {
	if (out === undefined) return undefined;
	return { given: out, format: tableFormat(out), file: checkOutput(out, []) };
}

export async function present(
	found: Findings,
	timing: SweepResult["timing"],
	output: TableOutput | undefined,
	flags: SweepOutputFlags,
	partOf?: string,
): Promise<void> {
	const result = assembleSweep(found, timing, partOf);
	if (output !== undefined && found.all.length > 0) {
		const { inputs } = found.space;
		const metadata = {
			"lumos.version": version,
			"lumos.sweep": JSON.stringify(inputs),
			"lumos.tokens": String(found.question.tokenBudget),
			"lumos.site": JSON.stringify(found.question.site),
		};
		const table = sweepTable(found.all, found.training, metadata);
		await writeOutput(output.file, (path) => writeTable(path, table, output.format));
	}
	await print(flags.json ? JSON.stringify(result) : formatSweep(result, output?.given, stdoutLook()));
	if (!flags.json) process.stderr.write(`${sweepTimeLine(result)}\n`);
}

/** @throws UserError for a table that would hold a part of the sweep alone. */
export function refusePartOutput(out: string | undefined, isPart: boolean): void {
	if (isPart && out !== undefined)
		throw new UserError(`--out ${out} would hold one shard alone; lumos sweep merge writes the table of all`);
}
