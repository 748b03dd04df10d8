/** What the fuzzer starts from: the fronts of all traces at hand, closed again so that they are whole. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { packageRoot } from "./source-files.js";

/** Short, so that ten thousand inputs take minutes and a mutation hits something that matters. */
const SEED_BYTES = 20_000;

export function fuzzSeeds(): Buffer[] {
	const folders = [join(packageRoot, "fixtures"), join(packageRoot, "../shared/traces")];
	const files = folders.filter(existsSync).flatMap((folder) =>
		readdirSync(folder, { recursive: true, withFileTypes: true })
			.filter((entry) => entry.isFile() && /\.json(\.gz)?$/.test(entry.name))
			.map((entry) => join(entry.parentPath, entry.name))
			.sort(),
	);
	const seeds = files.map((file) => {
		const bytes = readFileSync(file);
		return front((file.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("latin1"));
	});
	return [...new Set(seeds)].map((seed) => Buffer.from(seed, "latin1"));
}

/** The first events, and the brackets that close them. */
function front(text: string): string {
	const begin = Math.max(0, text.indexOf('"traceEvents"') - 1000);
	const end = text.lastIndexOf("}", begin + SEED_BYTES) + 1;
	const head = begin === 0 ? "" : "{";
	const start = begin === 0 ? 0 : text.indexOf('"traceEvents"');
	return `${head}${text.slice(start, end)}]${text.trimStart().startsWith("[") ? "" : "}"}`;
}
