/** `lumos synth`: traces of an emulated job, with the truth beside them. */
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { UserError } from "../lib/errors.js";
import { nsToMs } from "../lib/units.js";
import { formatSynth } from "../report/format-synth.js";
import { checkJob, emulate, refuseOtherTraces, TRUTH_FILE, worldSize, writeTraces } from "../synth/index.js";
import { checkOutput, writeOutput } from "./output-file.js";
import { computing } from "./signals.js";
import { jobOf, recordingOf, type SynthFlags } from "./synth-job.js";
import { peakRssMb, print, stderrProgress, stdoutLook } from "./terminal.js";

export async function synth(flags: SynthFlags): Promise<void> {
	const started = performance.now();
	const job = jobOf(flags);
	checkJob(job);
	const world = worldSize(job);
	const ranks = flags.ranks ?? Array.from({ length: world }, (_, rank) => rank);
	const missing = ranks.find((rank) => rank >= world);
	if (missing !== undefined) throw new UserError(`--ranks ${missing}: ranks are 0 to ${world - 1}`);
	if (flags.out === "") throw new UserError("--out is empty; name the folder to write to");
	const place = checkOutput(join(flags.out, TRUTH_FILE), []);
	refuseOtherTraces(flags.out, flags.force === true);
	const workers = Math.min(flags.workers ?? availableParallelism(), world);

	const { times, programMs, executeMs } = await computing(() => emulate(job));
	const writeStarted = performance.now();
	const progress = stderrProgress("Writing");
	const onProgress = (done: number, bytes: number): void => progress.update(bytes, (bytes / done) * world);
	const request = { job, recording: recordingOf(flags), folder: flags.out, ranks, workers, onProgress };
	const written = await writeOutput(place, () => writeTraces(request, times)).finally(() => progress.finish());
	const { files, events, bytes, compressedBytes, steps } = written;
	const ended = performance.now();
	const result = {
		schema: "lumos.synth/1" as const,
		path: flags.out,
		config: job,
		source: { files, ranks: files, worldSize: world, events, bytes, compressedBytes },
		steps: steps.map(({ step, iterationNs, slowestRank }) => ({ step, iterationMs: nsToMs(iterationNs), slowestRank })),
		timing: {
			programMs,
			executeMs,
			writeMs: ended - writeStarted,
			totalMs: ended - started,
			peakRssMb: peakRssMb(),
			workers,
		},
	};
	await print(flags.json ? JSON.stringify(result) : formatSynth(result, stdoutLook()));
}
