/**
 * Scanning text to columns on one thread, against `JSON.parse` of the same bytes (which then still has to be walked);
 * and reading a `.json.gz` to columns against inflating it and throwing the text away.
 */
import { createReadStream, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createGunzip, gzipSync } from "node:zlib";
import { readTrace } from "../src/trace/index.js";
import { Scanner } from "../src/trace/scanner/scanner.js";
import type { Figure } from "./figure.js";
import { contest } from "./harness.js";
import { kinetoTexts } from "./kineto-text.js";

const TEXT_BYTES = 48e6;
/** As the inflating stream gives them. */
const PIECE_BYTES = 512 * 1024;

function scan(text: Buffer): number {
	const scanner = new Scanner(false);
	for (let at = 0; at < text.length; at += PIECE_BYTES) scanner.feed(text.subarray(at, at + PIECE_BYTES));
	scanner.finish();
	const { events } = scanner;
	scanner.release();
	return events;
}

async function inflate(path: string): Promise<number> {
	let bytes = 0;
	for await (const chunk of createReadStream(path).pipe(createGunzip({ chunkSize: PIECE_BYTES }))) {
		bytes += (chunk as Buffer).length;
	}
	return bytes;
}

export default async function scanning(): Promise<Figure[]> {
	const { pretty, compact, events } = kinetoTexts(TEXT_BYTES);
	const figures: Figure[] = [];
	// First, before JSON.parse fills the heap with objects.
	const folder = mkdtempSync(join(tmpdir(), "lumos-scan-"));
	try {
		const path = join(folder, "trace.json.gz");
		writeFileSync(path, gzipSync(pretty, { level: 6 }));
		figures.push(
			await contest({
				name: "reading a .json.gz to columns",
				unit: "MB/s",
				amount: pretty.length / 1e6,
				run: () => readTrace(path),
				rival: { name: "inflating alone", run: () => inflate(path) },
				roundMs: 600,
			}),
		);
	} finally {
		rmSync(folder, { recursive: true });
	}
	for (const [layout, text] of Object.entries({ pretty, compact })) {
		if (scan(text) !== events) throw new Error(`the scanner does not find the ${events} events of the ${layout} text`);
		figures.push(
			await contest({
				name: `scanning, ${layout}, ${(text.length / events).toFixed(0)} bytes an event`,
				unit: "MB/s",
				amount: text.length / 1e6,
				run: () => scan(text),
				rival: { name: "JSON.parse", run: () => JSON.parse(text.toString("utf8")) },
				target: 6,
			}),
		);
	}
	return figures;
}
