/** A trace large enough to measure with: one rank of a longer emulated run, kept between benchmarks. */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { run, traceText } from "../fixtures/generate/fixtures.js";
import { defaultJob } from "../fixtures/generate/job.js";

/** About a quarter of a million events, 60 MB of JSON. */
const job = { ...defaultJob, pipelineParallel: 1, layers: 32, microBatches: 16 };

/** Path of the trace, `.json.gz`; written on first use and again when the generator has changed. */
export function bigTrace(): string {
	const sources = fileURLToPath(new URL("../fixtures/generate/", import.meta.url));
	const hash = createHash("sha256").update(JSON.stringify(job));
	for (const name of readdirSync(sources).sort()) hash.update(readFileSync(join(sources, name)));
	const folder = join(tmpdir(), "lumos-bench");
	const path = join(folder, `rank0-${hash.digest("hex").slice(0, 16)}.json.gz`);
	if (existsSync(path)) return path;
	mkdirSync(folder, { recursive: true });
	// Level 6 is what PyTorch's profiler uses. Renamed when complete: an interrupted run leaves no half file.
	const text = traceText(job, run(job)[0]!);
	writeFileSync(`${path}.part`, gzipSync(text, { level: 6 }));
	renameSync(`${path}.part`, path);
	return path;
}
