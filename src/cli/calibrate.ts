/** `lumos calibrate`: fits a hardware description to measurements and writes it as YAML. */
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import type { MeasuredCollective } from "../config/hardware.js";
import { microBenchmarks } from "../cost/calibrate/candidates.js";
import { fitHardware } from "../cost/calibrate/fit.js";
import { collectiveTables, kernelObservations } from "../cost/calibrate/graph-samples.js";
import { type Observation, observedCollectives } from "../cost/calibrate/observations.js";
import { suggestMeasurements } from "../cost/calibrate/suggest.js";
import { thinned, writeHardware } from "../cost/calibrate/write-hardware.js";
import { parseNcclTests } from "../cost/collectives/nccl-tests.js";
import { writeFileAtomic } from "../lib/atomic-file.js";
import { UserError } from "../lib/errors.js";
import { rowObservations } from "../predict/measured/calibrate.js";
import { FRAMEWORKS } from "../predict/measured/defaults.js";
import { rowMeasurable } from "../predict/measured/simulate-row.js";
import type { CalibrateResult } from "../report/calibrate-result.js";
import { summarizeFit } from "../report/fit-result.js";
import { formatCalibrate } from "../report/format-calibrate.js";
import { listTraces } from "../trace/index.js";
import type { GivenFlags } from "./config-flags.js";
import { loadGraph } from "./load.js";
import { measuredSetting, readAllMeasured } from "./measured-files.js";
import type { MeasuredFlags } from "./measured-flags.js";
import { checkOutput, writeOutput } from "./output-file.js";
import { computing } from "./signals.js";
import { peakRssMb, print, stdoutLook } from "./terminal.js";

interface CalibrateFlags extends MeasuredFlags {
	readonly out: string;
	readonly measured?: readonly string[];
	readonly ncclTests?: readonly string[];
	readonly traces?: string[];
	readonly suggest: number;
}

/** Steps that suggestions are judged by; more of them only take time. */
const MOST_TARGETS = 40;

export async function calibrate(flags: CalibrateFlags, given: GivenFlags): Promise<void> {
	const started = performance.now();
	const { measured = [], ncclTests = [], traces = [] } = flags;
	if (measured.length + ncclTests.length + traces.length === 0)
		throw new UserError("nothing to calibrate with; give --measured FILE.csv, --nccl-tests FILE or --traces TRACES");
	const inputs = traces.length > 0 ? await listTraces(traces) : [];
	const output = checkOutput(flags.out, [...measured, ...ncclTests, ...inputs]);
	const { hardware: base, forAll } = measuredSetting(flags, given);
	const options = FRAMEWORKS[flags.framework];
	const perFile = measured.map((path) => ({ path, ...readAllMeasured([path], forAll) }));
	const rows = perFile.flatMap(({ rows }) => rows);
	const tables = ncclTests.map((path) => ({ path, tables: readNcclTests(path) }));
	const traced =
		traces.length > 0 ? await readSamples(traces, base.node.gpusPerNode) : { kernels: [], collectives: [] };
	// In order of trust: where two measured the same, the first counts.
	const collectives = [...tables.flatMap((file) => file.tables), ...traced.collectives];
	// Steps are simulated with the collectives as they were measured, not as the model has them.
	const hardware = {
		...base,
		measuredCollectives: [...collectives.map(thinned), ...base.measuredCollectives],
	};
	const { fit, suggestions } = await computing(() => {
		const steps = rowObservations(rows, options);
		const fit = fitHardware(hardware, [...traced.kernels, ...observedCollectives(collectives), ...steps]);
		const every = Math.ceil(rows.length / MOST_TARGETS);
		const targets = rows.filter((_, i) => i % every === 0).map((row) => rowMeasurable(row, options));
		const candidates = microBenchmarks(hardware, rows[0]?.parallel.dtype ?? "bf16");
		const goals = targets.length > 0 ? targets : candidates;
		return { fit, suggestions: suggestMeasurements(fit, candidates, flags.suggest, goals) };
	});
	const name = basename(output.path).replace(/\.ya?ml$/i, "");
	const sources = [...measured, ...ncclTests, ...traces].map((path) => basename(path));
	const text = writeHardware(fit, name, { base: base.name, sources, measured: [] });
	await writeOutput(output, (path) => writeFileAtomic(path, [Buffer.from(text)]));
	const result: CalibrateResult = {
		schema: "lumos.calibrate/1",
		base: base.name,
		path: flags.out,
		measurements: [
			...perFile.map(({ path, rows }) => ({ file: path, count: rows.length })),
			...tables.map(({ path, tables }) => ({ file: path, count: sizesOf(tables) })),
			...(traces.length > 0
				? [{ file: traces.join(" "), count: traced.kernels.length + sizesOf(traced.collectives) }]
				: []),
		],
		fit: summarizeFit(fit),
		suggestions: suggestions.map((suggestion) => ({ ...suggestion, about: [...suggestion.about] })),
		warnings: perFile.flatMap(({ warnings }) => warnings),
		timing: { totalMs: performance.now() - started, peakRssMb: peakRssMb() },
	};
	await print(flags.json ? JSON.stringify(result) : formatCalibrate(result, stdoutLook()));
}

function sizesOf(tables: readonly MeasuredCollective[]): number {
	return tables.reduce((sum, { bytes }) => sum + bytes.length, 0);
}

/** Kernels and wire times of recorded runs. */
async function readSamples(
	traces: string[],
	gpusPerNode: number,
): Promise<{ readonly kernels: Observation[]; readonly collectives: MeasuredCollective[] }> {
	const { graph } = await loadGraph(traces, {});
	const samples = { kernels: kernelObservations(graph), collectives: collectiveTables(graph, gpusPerNode) };
	if (samples.kernels.length + samples.collectives.length === 0)
		throw new UserError(
			`${traces.join(" ")}: no kernel or collective whose size is recorded; profile with record_shapes=True`,
		);
	return samples;
}

function readNcclTests(path: string): MeasuredCollective[] {
	try {
		return parseNcclTests(readFileSync(path, "utf8"), path);
	} catch (error) {
		if (error instanceof UserError) throw error;
		const { code } = error as NodeJS.ErrnoException;
		throw new UserError(`${path}: cannot be read (${code}); give what an nccl-tests program printed`);
	}
}
