/** A trace large enough to measure with: one rank of a longer emulated run, kept between benchmarks. */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { record, textOf } from "../fixtures/generate/record.js";
import { defaultJob, fullRecording } from "../src/synth/job.js";
import { packageRoot, sourceFiles } from "../tools/source-files.js";

/** About a quarter of a million events, 60 MB of JSON. */
const job = { ...defaultJob, tensorParallel: 2, layers: 32, microBatches: 16 };

/** Path of the trace, `.json.gz`; written on first use and again when the generator has changed. */
export function bigTrace(): string {
	const hash = createHash("sha256").update(JSON.stringify(job));
	for (const path of sourceFiles(["src/synth", "fixtures/generate"]))
		hash.update(readFileSync(join(packageRoot, path)));
	const folder = join(tmpdir(), "lumos-bench");
	const path = join(folder, `rank0-${hash.digest("hex").slice(0, 16)}.json.gz`);
	if (existsSync(path)) return path;
	mkdirSync(folder, { recursive: true });
	// Level 6 is what PyTorch's profiler uses. Renamed when complete: an interrupted run leaves no half file.
	const text = textOf(record(job, fullRecording)[0]!);
	writeFileSync(`${path}.part`, gzipSync(text, { level: 6 }));
	renameSync(`${path}.part`, path);
	return path;
}
