/**
 * Whether a sweep picks well: `npm run accuracy:sweep [-- FOLDER]`. FOLDER (default `../shared/measured`) holds
 * a100-1-node.csv and a100-multi-node.csv. For each model, number of GPUs and global batch of the second, the space of a
 * sweep is restricted to the measured configurations and simulated by the sweep's own evaluator; what counts is by how much
 * the one that it finds fastest was measured to be slower than the fastest. With the preset alone, and with hardware
 * fitted to one node: no row of the file that is judged is fitted to.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { HardwareConfig } from "../src/config/hardware.js";
import { loadHardware } from "../src/config/load.js";
import { fitToRows } from "../src/predict/measured/calibrate.js";
import { FRAMEWORKS } from "../src/predict/measured/defaults.js";
import { configurationKey, type MeasuredRow, readMeasured } from "../src/predict/measured/rows.js";
import { groupOf } from "../src/predict/measured/validate.js";
import { AXIS_FIELDS, type AxisValue } from "../src/sweep/axes.js";
import type { SweepInputs } from "../src/sweep/inputs.js";
import { degreesOf } from "../src/sweep/nothing-feasible.js";
import { openEvaluator } from "../src/sweep/open-evaluator.js";
import { planSweep } from "../src/sweep/plan-sweep.js";
import { isFailed } from "../src/sweep/row.js";

const options = FRAMEWORKS["megatron-deepspeed"];
/** As in validate-measured.ts. */
const ONE_NODE_SHARE = 12;
/** What a sweep is held to: within so much of the measured best. */
const GOAL_PCT = 2;

const VARIED = new Set(["pipeline_model_parallel_size", "tensor_model_parallel_size", "micro_batch_size"]);

/** The smallest space that has all rows of a group. */
function spaceOf(rows: readonly MeasuredRow[], hardware: HardwareConfig): SweepInputs {
	const { model, parallel, gpus } = rows[0]!;
	const axes = AXIS_FIELDS.flatMap(({ name, key }) => {
		if (name === "gpus") return [{ name, values: [gpus] as AxisValue[] }];
		if (!VARIED.has(name)) return [];
		const values = rows.map((row) => (row.parallel as unknown as Readonly<Record<string, number>>)[key]!);
		return [{ name, values: [...new Set(values)].sort((a, b) => a - b) as AxisValue[] }];
	});
	return { model, parallel, hardware, measured: [], options, axes, tensorBeyondNode: true };
}

interface Candidate {
	readonly row: MeasuredRow;
	readonly predictedMs: number;
	/** By the sweep's estimate of memory; all of them ran. */
	readonly fits: boolean;
}

/** All configurations of a group as the sweep sees them. One that was measured more often has its best time. */
function simulated(rows: readonly MeasuredRow[], hardware: HardwareConfig): Candidate[] {
	const measured = new Map<string, MeasuredRow>();
	for (const row of rows) {
		const known = measured.get(configurationKey(row));
		if (known === undefined || row.measuredMs < known.measuredMs) measured.set(configurationKey(row), row);
	}
	const inputs = spaceOf(rows, hardware);
	const { space, survey } = planSweep(inputs);
	const fits = new Set(survey.feasible);
	const rowAt = new Map<number, MeasuredRow>();
	for (let index = 0; index < space.total; index++) {
		const row = measured.get(configurationKey({ ...rows[0]!, ...space.jobAt(index) }));
		if (row) rowAt.set(index, row);
	}
	if (rowAt.size !== measured.size) throw new Error(`the space has ${rowAt.size} of ${measured.size} configurations`);
	return openEvaluator(inputs, undefined)
		.evaluate([...rowAt.keys()], false)
		.map((row) => {
			if (isFailed(row)) throw new Error(row.failed);
			return { row: rowAt.get(row.index)!, predictedMs: row.iterationMs, fits: fits.has(row.index) };
		});
}

function fastest(candidates: readonly Candidate[]): Candidate {
	return candidates.reduce((a, b) => (b.predictedMs < a.predictedMs ? b : a));
}

function report(what: string, rows: readonly MeasuredRow[], hardware: HardwareConfig): void {
	console.log(`\n${what}`);
	for (const group of new Set(rows.map(groupOf))) {
		const candidates = simulated(
			rows.filter((row) => groupOf(row) === group),
			hardware,
		);
		const best = candidates.reduce((a, b) => (b.row.measuredMs < a.row.measuredMs ? b : a));
		const told = ({ row, predictedMs }: Candidate): string =>
			`${degreesOf(row.parallel)}: measured ${row.measuredMs} ms, predicted ${predictedMs.toFixed(1)} ms`;
		const picked = (of: string, one: Candidate): void => {
			const regretPct = 100 * (one.row.measuredMs / best.row.measuredMs - 1);
			console.log(`    ${of}  ${told(one)}`);
			console.log(
				`      regret ${regretPct.toFixed(2)} %, ${regretPct <= GOAL_PCT ? "within" : "beyond"} ${GOAL_PCT} %`,
			);
		};
		console.log(`  ${group}: ${candidates.length} configurations`);
		console.log(`    measured best  ${told(best)}`);
		picked("picked", fastest(candidates));
		const fitting = candidates.filter(({ fits }) => fits);
		const unfit = candidates.length - fitting.length;
		if (unfit > 0)
			picked(`picked without ${unfit} that ran, but does not fit by the estimate of memory`, fastest(fitting));
	}
}

const folder = process.argv[2] ?? fileURLToPath(new URL("../../shared/measured", import.meta.url));
const [one, multi] = ["a100-1-node.csv", "a100-multi-node.csv"].map((name) => join(folder, name)) as [string, string];
if (!existsSync(multi)) console.log(`nothing to pick from: ${multi} is not here`);
else {
	const { rows } = readMeasured(multi);
	const hardware = loadHardware("a100-80g", "hdr-200g-x4");
	report("Preset alone", rows, hardware);
	if (!existsSync(one)) console.log(`\nnot fitted to one node: ${one} is not here`);
	else {
		const sample = readMeasured(one).rows.filter((_, i) => i % ONE_NODE_SHARE === 0);
		const { fit } = fitToRows(hardware, sample, options);
		report(`Fitted to ${sample.length} rows of one node`, rows, fit.hardware);
	}
}
