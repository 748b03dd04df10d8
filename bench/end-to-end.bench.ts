/**
 * From a `.json.gz` of a rank to its replayed timeline, in one process, against inflating the same file and doing nothing
 * with it: the least that any reader in Node has to spend. The rival inflates as a stream, which is faster than `gunzipSync`: large
 * chunks, thrown away as they come.
 */
import { createReadStream } from "node:fs";
import { createGunzip } from "node:zlib";
import { simulate } from "../src/engine/index.js";
import { buildGraph } from "../src/graph/build.js";
import { readTrace } from "../src/trace/index.js";
import { bigTrace } from "./big-trace.js";
import type { Figure } from "./figure.js";
import { contest } from "./harness.js";

async function inflate(path: string): Promise<number> {
	let bytes = 0;
	for await (const chunk of createReadStream(path).pipe(createGunzip({ chunkSize: 1 << 18 }))) {
		bytes += (chunk as Buffer).length;
	}
	return bytes;
}

export default async function endToEnd(): Promise<Figure[]> {
	const path = bigTrace();
	const megabytes = (await inflate(path)) / 1e6;
	const figure = await contest({
		name: "read, built and simulated",
		unit: "MB/s",
		amount: megabytes,
		run: async () => simulate(buildGraph([await readTrace(path)]).graph),
		rival: { name: "inflating alone", run: () => inflate(path) },
		// At most twice the time.
		target: 0.5,
		roundMs: 400,
	});
	return [figure];
}
