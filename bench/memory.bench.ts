/**
 * Peak resident memory of a whole `lumos replay` on a large trace, as the operating system counts it, against a Node
 * process that inflates the same file and takes it apart with JSON.parse, and against the bound that the project
 * promises: 150 bytes an event and 100 MB.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { bigTrace } from "./big-trace.js";
import type { Figure } from "./figure.js";

const BYTES_PER_EVENT = 150;
const BYTES_AT_REST = 100e6;

/** Runs before anything else in the process that is measured; `maxRSS` is in KiB and counts all its threads. */
const reporter = `
	import { writeFileSync } from "node:fs";
	process.on("exit", () => writeFileSync(process.env.PEAK_FILE, String(process.resourceUsage().maxRSS * 1024)));
`;
const rival = `
	import { readFileSync } from "node:fs";
	import { gunzipSync } from "node:zlib";
	const trace = JSON.parse(gunzipSync(readFileSync(process.argv[1])).toString());
	console.log(JSON.stringify({ source: { events: trace.traceEvents.length } }));
`;

function measure(args: readonly string[]): { peakBytes: number; events: number } {
	const folder = mkdtempSync(join(tmpdir(), "lumos-memory-"));
	const env = { ...process.env, PEAK_FILE: join(folder, "peak") };
	const preload = `data:text/javascript,${encodeURIComponent(reporter)}`;
	const output = execFileSync(process.execPath, ["--import", preload, ...args], {
		env,
		encoding: "utf8",
		stdio: ["ignore", "pipe", "ignore"],
		maxBuffer: 1 << 28,
	});
	const peakBytes = Number(readFileSync(env.PEAK_FILE, "utf8"));
	rmSync(folder, { recursive: true });
	return { peakBytes, events: (JSON.parse(output) as { source: { events: number } }).source.events };
}

export default async function memory(): Promise<Figure[]> {
	const trace = bigTrace();
	const cli = fileURLToPath(new URL("../dist/cli/main.js", import.meta.url));
	const own = measure([cli, "replay", trace, "--json"]);
	const parsed = measure(["--input-type=module", "--eval", rival, trace]);
	if (own.events !== parsed.events) throw new Error(`${own.events} events, JSON.parse finds ${parsed.events}`);
	const bound = BYTES_AT_REST + BYTES_PER_EVENT * own.events;
	return [
		{
			name: "peak memory of a replay",
			value: own.peakBytes / 1e6,
			unit: "MB",
			rival: "JSON.parse of the inflated file",
			ratio: parsed.peakBytes / own.peakBytes,
		},
		{
			name: "peak memory within its bound",
			value: own.peakBytes / 1e6,
			unit: "MB",
			rival: "100 MB and 150 bytes an event",
			ratio: bound / own.peakBytes,
			target: 1,
		},
	];
}
