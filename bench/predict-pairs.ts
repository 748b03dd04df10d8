/**
 * How far predictions from traces are off: pairs of emulated runs, of which the base is given as traces and the target
 * only to compare with. The emulator's constants are not those of the cost models; what a user of a real cluster would
 * have, nccl-tests of it, is given.
 *
 *     npm run accuracy:predict                       all pairs; writes docs/accuracy-pairs.md
 *     npm run accuracy:predict -- WORD [FOLDER]      only pairs with WORD in them; FOLDER keeps the runs
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { FLAGS } from "../src/config/flags.js";
import { loadHardware } from "../src/config/load.js";
import { overridesOf } from "../src/config/overrides.js";
import { costModel } from "../src/cost/cost-model.js";
import { predictFromTraces } from "../src/predict/from-traces.js";
import type { TracedRun } from "../src/predict/traced-base.js";
import { tracedInterval } from "../src/predict/uncertainty.js";
import { emulate, ncclTests, readRun, truthMs } from "./emulated-runs.js";
import { fitWidths, type Known } from "./fit-widths.js";
import { BASES, isFitted, PAIRS, type Pair } from "./pairs.js";

const flagNames = new Set(FLAGS.map(({ flag }) => flag));
function overridesFrom(text: string): ReturnType<typeof overridesOf> {
	const words = text.split(" ");
	const given: [string, string | boolean][] = [];
	words.forEach((word, i) => {
		if (word.startsWith("--no-")) given.push([word.replace("--no-", "--"), false]);
		if (!flagNames.has(word)) return;
		const next = words[i + 1];
		given.push([word, next === undefined || next.startsWith("--") ? true : next]);
	});
	return overridesOf(given);
}

/** Flags of the base, with those of the target in their place; a `--no-` form takes its flag away. */
function targetFlags(base: string, target: string): string[] {
	const words = new Map<string, string>();
	for (const text of [base, target]) {
		const parts = text.split(/ ?(--[a-z-]+) ?/).slice(1);
		for (let i = 0; i < parts.length; i += 2) words.set(parts[i]!, parts[i + 1]!.trim());
	}
	for (const flag of [...words.keys()])
		if (flag.startsWith("--no-")) {
			words.delete(flag);
			words.delete(flag.replace("--no-", "--"));
		}
	return [...words].flatMap(([flag, value]) => (value === "" ? [flag] : [flag, value]));
}

interface Outcome extends Known {
	readonly pair: Pair;
	readonly errorPct: number;
	readonly isCovered: boolean;
}

interface Summary {
	readonly name: string;
	readonly pairs: number;
	readonly meanPct: number;
	readonly worstPct: number;
	readonly covered: number;
}

function summary(name: string, outcomes: readonly Outcome[]): Summary[] {
	if (outcomes.length === 0) return [];
	const errors = outcomes.map(({ errorPct }) => Math.abs(errorPct));
	const meanPct = errors.reduce((sum, error) => sum + error, 0) / errors.length;
	const covered = outcomes.filter(({ isCovered }) => isCovered).length;
	return [{ name, pairs: errors.length, meanPct, worstPct: Math.max(...errors), covered }];
}

function print({ name, pairs, meanPct, worstPct, covered }: Summary): void {
	console.log(
		`${name.padEnd(22)} ${String(pairs).padStart(3)} pairs, |error| mean ${meanPct.toFixed(2)} %, worst ${worstPct.toFixed(2)} %, intervals cover ${covered}`,
	);
}

function document(summaries: readonly Summary[], outcomes: readonly Outcome[]): string {
	return [
		"# Accuracy of predictions from traces",
		"",
		"Written by `npm run accuracy:predict`. Base and target are runs of the project's own emulator (`lumos synth`), whose",
		"constants are not those of the cost models; nccl-tests of the emulated cluster are given. The paper's grid is GPT-3 15B",
		"from TP2 PP2 DP4; the paper reports 3.7 % on average and 8.4 % at worst for it, on a real cluster. The widths of",
		"intervals were fitted to every second pair; `not fitted to` are the others.",
		"",
		"| kind of change | pairs | mean error % | worst % | within the 90 % interval |",
		"|---|--:|--:|--:|--:|",
		...summaries.map(
			({ name, pairs, meanPct, worstPct, covered }) =>
				`| ${name} | ${pairs} | ${meanPct.toFixed(2)} | ${worstPct.toFixed(2)} | ${covered} |`,
		),
		"",
		"| kind | base | target | error % | in interval |",
		"|---|---|---|--:|---|",
		...outcomes.map(
			({ pair: { kind, base, target }, errorPct, isCovered }) =>
				`| ${kind} | ${base} | \`${target}\` | ${errorPct.toFixed(2)} | ${isCovered ? "yes" : "no"} |`,
		),
		"",
	].join("\n");
}

const [only, kept] = process.argv.slice(2);
const scratch = kept ?? mkdtempSync(join(tmpdir(), "lumos-pairs-"));
try {
	const hardware = loadHardware("h100-sxm");
	const cost = costModel(hardware, { collectives: ncclTests(hardware.node.gpusPerNode) });
	const runs = new Map<string, TracedRun>();
	const outcomes: Outcome[] = [];
	for (const pair of PAIRS) {
		const { kind, base, target } = pair;
		if (only && !`${kind}: ${base} -> ${target}`.includes(only)) continue;
		const flags = BASES[base]!;
		const folder = join(scratch, base.replaceAll(" ", "-"));
		if (!runs.has(base)) {
			emulate(folder, flags.split(" "));
			runs.set(base, await readRun(folder));
		}
		const targetFolder = join(scratch, `${base} ${target}`.replaceAll(/[ -]+/g, "-"));
		emulate(targetFolder, [...targetFlags(flags, target), "--seed", "7", "--ranks", "0"]);
		const truth = truthMs(targetFolder);
		const prediction = predictFromTraces({
			run: runs.get(base)!,
			overrides: overridesFrom(target),
			told: { model: {}, parallel: {} },
			hardware,
			cost,
			seed: 1,
		});
		const errorPct = (100 * (prediction.iterationMs - truth)) / truth;
		const identity = (100 * (prediction.identityMs - prediction.replayMs)) / prediction.replayMs;
		const { lowMs, highMs } = tracedInterval(prediction.iterationMs, prediction.provenance, true);
		const isCovered = truth >= lowMs && truth <= highMs;
		const ratio = truth / prediction.iterationMs;
		outcomes.push({ pair, errorPct, isCovered, ratio, provenance: prediction.provenance });
		console.log(
			`${kind}: ${base} -> ${target}: ${truth.toFixed(2)} ms, predicted ${prediction.iterationMs.toFixed(2)} ms, ${errorPct.toFixed(2)} % (identity ${identity.toFixed(2)} %)${isCovered ? "" : " outside its interval"}`,
		);
	}
	console.log();
	const kinds = [...new Set(PAIRS.map(({ kind }) => kind))];
	const ofKind = (kind: string): Outcome[] => outcomes.filter(({ pair }) => pair.kind === kind);
	const others = outcomes.filter(({ pair }) => !isFitted(pair));
	const summaries = [
		...kinds.flatMap((kind) => summary(kind, ofKind(kind))),
		...summary("all", outcomes),
		...summary("not fitted to", others),
	];
	summaries.forEach(print);
	if (only === undefined)
		writeFileSync(fileURLToPath(new URL("../docs/accuracy-pairs.md", import.meta.url)), document(summaries, outcomes));
	console.log("widths that fit every second pair:", fitWidths(outcomes.filter(({ pair }) => isFitted(pair))));
} finally {
	if (kept === undefined) rmSync(scratch, { recursive: true, force: true });
}
