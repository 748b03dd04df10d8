/**
 * How far replays are from what was measured: every step of every real trace at hand, one rank at a time.
 *
 * `npm run accuracy [-- FOLDER…]`; without folders, the real traces beside the repository (`../shared/traces`), if any.
 * Two figures a step: replayed with the recorded durations (times of the step and starts of the device's work), and
 * with typical durations, where every task takes the mean of its kind and no measured time is left to copy.
 */
import { existsSync, readdirSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { kernelStartError, measuredWindow, replayedWindow } from "../src/analysis/index.js";
import { simulate } from "../src/engine/index.js";
import { buildGraph } from "../src/graph/build.js";
import { typicalTiming } from "../src/graph/typical.js";
import { UserError } from "../src/lib/errors.js";
import { listTraces, readTrace } from "../src/trace/index.js";

export const realTraces = fileURLToPath(new URL("../../shared/traces", import.meta.url));

export interface StepAccuracy {
	readonly trace: string;
	readonly step: number | "all";
	/** Whether anything ran on a device in the step. */
	readonly onDevice: boolean;
	readonly measuredMs: number;
	readonly errorPct: number;
	/** Start of the device's work: p95 of |replayed - measured|, as a share of the step, in percent. */
	readonly startP95Pct: number;
	readonly typicalMs: number;
}

/** Every trace below a folder that can be read as one; others are left out. */
export async function tracesBelow(folder: string): Promise<string[]> {
	const found = await listTraces([folder]).catch((error) => {
		if (error instanceof UserError) return [];
		throw error;
	});
	const folders = readdirSync(folder).filter((name) => statSync(join(folder, name)).isDirectory());
	const below = await Promise.all(folders.sort().map((name) => tracesBelow(join(folder, name))));
	return [...found, ...below.flat()];
}

export async function measureAccuracy(path: string): Promise<StepAccuracy[]> {
	const { graph } = buildGraph([await readTrace(path)]);
	const recorded = simulate(graph);
	const typical = simulate(graph, typicalTiming(graph));
	return graph.steps.map((step) => {
		const measured = measuredWindow(step);
		const replayed = replayedWindow(graph, step, recorded);
		const mean = replayedWindow(graph, step, typical);
		const measuredNs = measured.endNs - measured.startNs;
		const starts = kernelStartError(graph, graph.ranks[0]!, recorded, measured, replayed);
		return {
			trace: path,
			step: step.step,
			onDevice: starts.n > 0,
			measuredMs: measuredNs / 1e6,
			errorPct: (100 * (replayed.endNs - replayed.startNs - measuredNs)) / measuredNs,
			startP95Pct: (100 * starts.p95Us * 1e3) / measuredNs,
			typicalMs: (mean.endNs - mean.startNs) / 1e6,
		};
	});
}

/** Signed error of the mean of the typical steps of a trace, percent. */
export function typicalErrorPct(steps: readonly StepAccuracy[]): number {
	const sum = (of: (step: StepAccuracy) => number): number => steps.reduce((total, step) => total + of(step), 0);
	return 100 * (sum((step) => step.typicalMs) / sum((step) => step.measuredMs) - 1);
}

async function main(folders: readonly string[]): Promise<void> {
	const absent = folders.filter((folder) => !existsSync(folder));
	if (absent.length > 0) {
		console.log(`no traces to measure: ${absent.join(", ")} is not here`);
		return;
	}
	const all: StepAccuracy[] = [];
	console.log(
		"     measured   replayed          starts p95    typical\n      ms         error %           % of step     error of the mean %",
	);
	for (const folder of folders) {
		for (const path of await tracesBelow(folder)) {
			const steps = await measureAccuracy(path);
			all.push(...steps);
			console.log(relative(folder, path));
			steps.forEach((step, i) => {
				const typical = i === steps.length - 1 ? typicalErrorPct(steps).toFixed(2).padStart(12) : "";
				const { measuredMs, errorPct, startP95Pct } = step;
				console.log(
					`  ${String(step.step).padStart(5)} ${measuredMs.toFixed(3).padStart(10)} ${errorPct.toFixed(4).padStart(10)} ${startP95Pct.toFixed(4).padStart(14)} ${typical}`,
				);
			});
		}
	}
	const onDevice = all.filter((step) => step.onDevice);
	const errors = onDevice.map((step) => Math.abs(step.errorPct));
	const mean = errors.reduce((total, error) => total + error, 0) / errors.length;
	console.log(
		`${onDevice.length} steps with device work: mean |error| ${mean.toFixed(4)} %, worst ${Math.max(...errors).toFixed(4)} %, ` +
			`worst start p95 ${Math.max(...onDevice.map((step) => step.startP95Pct)).toFixed(4)} % of the step`,
	);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
	const folders = process.argv.slice(2);
	await main(folders.length > 0 ? folders : [realTraces]);
}
