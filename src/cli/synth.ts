/** `lumos synth`: traces of an emulated job, with the truth beside them. */
import { availableParallelism } from "node:os";
import { UserError } from "../lib/errors.js";
import { formatSynth } from "../report/format-synth.js";
import { checkJob, synthesize, worldSize } from "../synth/index.js";
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
	const workers = flags.workers ?? availableParallelism();
	const progress = stderrProgress("Writing");
	const outcome = await synthesize({
		job,
		recording: recordingOf(flags),
		folder: flags.out,
		ranks,
		workers,
		force: flags.force === true,
		onProgress: (done, bytes) => progress.update(bytes, (bytes / done) * world),
	}).finally(() => progress.finish());
	const { files, events, bytes, compressedBytes, steps, programMs, executeMs, writeMs } = outcome;
	const result = {
		schema: "lumos.synth/1" as const,
		path: flags.out,
		config: job,
		source: { files, ranks: files, worldSize: world, events, bytes, compressedBytes },
		steps: steps.map(({ step, iterationNs, slowestRank }) => ({ step, iterationMs: iterationNs / 1e6, slowestRank })),
		timing: {
			programMs,
			executeMs,
			writeMs,
			totalMs: performance.now() - started,
			peakRssMb: peakRssMb(),
			workers: Math.min(workers, world),
		},
	};
	await print(flags.json ? JSON.stringify(result) : formatSynth(result, stdoutLook()));
}
