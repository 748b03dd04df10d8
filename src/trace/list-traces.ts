/** From arguments to trace files: a folder stands for every Kineto trace in it, told by the head of its text. */
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "../lib/errors.js";
import { TraceFile } from "./inflate.js";
import { inflateHead } from "./inflate-at-once.js";

const NAMES = /\.json(\.gz|\.zst)?$/i;
/** Kineto writes the devices, the job and what the user added before the events, at times a few megabytes. */
const HEAD_BYTES = 4 * 1024 * 1024;

/**
 * @throws UserError for a path that cannot be read, and where there is no trace at all.
 */
export async function listTraces(paths: readonly string[]): Promise<string[]> {
	const found: string[] = [];
	for (const path of paths) {
		if (await isFolder(path)) found.push(...(await tracesIn(path)));
		else found.push(path);
	}
	if (found.length === 0) {
		throw new UserError(
			paths.length === 0
				? "no trace named; give a trace file or a folder of traces"
				: `${paths.join(", ")}: no Kineto trace (*.json, *.json.gz, *.json.zst) in it; name the files`,
		);
	}
	return found;
}

async function isFolder(path: string): Promise<boolean> {
	try {
		return (await stat(path)).isDirectory();
	} catch (error) {
		const { code } = error as NodeJS.ErrnoException;
		if (code === "EACCES" || code === "EPERM") throw new UserError(`${path}: not allowed to read it`);
		throw new UserError(`${path}: no such file or folder`);
	}
}

async function tracesIn(folder: string): Promise<string[]> {
	let names: string[];
	try {
		names = await readdir(folder);
	} catch (error) {
		throw new UserError(`${folder}: cannot be read (${(error as NodeJS.ErrnoException).code})`);
	}
	const traces: string[] = [];
	for (const name of names.filter((candidate) => NAMES.test(candidate)).sort(compareNaturally)) {
		const path = join(folder, name);
		if (await looksLikeTrace(path)) traces.push(path);
	}
	return traces;
}

/** `rank2` before `rank10`. */
function compareNaturally(a: string, b: string): number {
	return a.localeCompare(b, "en", { numeric: true }) || (a < b ? -1 : 1);
}

async function looksLikeTrace(path: string): Promise<boolean> {
	let head = "";
	try {
		const file = await TraceFile.open(path);
		// Hundreds of files are told without a stream each.
		if (file.compression === "gzip") {
			const verdict = judgeHead(latin1(inflateHead(path)));
			if (verdict !== undefined) return verdict;
		}
		for await (const piece of file.text(() => false)) {
			head += latin1(piece);
			const verdict = judgeHead(head);
			if (verdict !== undefined) return verdict;
			if (head.length >= HEAD_BYTES) return false;
		}
	} catch (error) {
		if (error instanceof UserError) return false;
		throw error;
	}
	return judgeHead(`${head} `) ?? false;
}

function latin1(bytes: Uint8Array): string {
	return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");
}

/** Undefined where more of the text is needed to tell. */
function judgeHead(head: string): boolean | undefined {
	const start = head.slice(0, 4096).trimStart();
	if (/^(\u00ef\u00bb\u00bf)?\[/.test(start)) {
		// A bare array of events.
		if (/"ph"\s*:/.test(head)) return true;
		return head.length < 65_536 && !head.endsWith(" ") ? undefined : false;
	}
	if (start !== "" && !/^(\u00ef\u00bb\u00bf)?\{/.test(start)) return false;
	if (/"traceEvents"\s*:\s*\[/.test(head)) return true;
	// PyTorch and Chakra execution traces: long lists of nodes without events.
	if (/"nodes"\s*:\s*\[/.test(head)) return false;
	return undefined;
}
