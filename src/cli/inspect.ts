/** `lumos inspect`: what the traces say about the job. */

import { inspected } from "../ingest/rank-read.js";
import { UserError } from "../lib/errors.js";
import { assembleInspect } from "../report/assemble-inspect.js";
import { formatInspect } from "../report/format-inspect.js";
import type { InspectResult } from "../report/inspect-result.js";
import { withRanks } from "./load.js";
import type { ReadFlags } from "./options.js";
import { openPacked } from "./packed.js";
import { computing } from "./signals.js";
import { peakRssMb, print, stdoutLook } from "./terminal.js";

export async function inspect(paths: string[], flags: ReadFlags): Promise<void> {
	const started = performance.now();
	const result = await describe(paths, flags);
	const timing = { ...result.timing, totalMs: performance.now() - started, peakRssMb: peakRssMb() };
	const done = { ...result, timing };
	await print(flags.json ? JSON.stringify(done) : formatInspect(done, stdoutLook()));
}

async function describe(paths: readonly string[], flags: ReadFlags): Promise<InspectResult> {
	const started = performance.now();
	const packed = await openPacked(paths, flags);
	const timing = { ingestMs: 0, totalMs: 0, peakRssMb: 0, workers: 1 };
	if (packed) {
		const { inspectResult } = await import("../report/inspect-result.js");
		timing.ingestMs = performance.now() - started;
		const known = inspectResult.safeParse({ ...packed.meta.job, timing });
		if (!known.success) throw new UserError(`${paths[0]} does not say what job it holds; pack it again`);
		return known.data;
	}
	return withRanks(paths, flags, { graph: false, shape: true }, ({ reads, source, ingestMs, workers }) =>
		computing(() => assembleInspect(inspected(reads), source, { ...timing, ingestMs, workers }, flags)),
	);
}
