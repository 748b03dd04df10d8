/** Writes the trace of one rank. */
import { createWriteStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { constants, createGzip } from "node:zlib";
import { RecordedRank } from "../kineto/recorded-rank.js";
import { traceText } from "../kineto/trace-text.js";
import { rankProgram } from "../program/rank-program.js";
import { truthOf } from "../truth.js";
import type { RankAnswer, RankTask } from "./rank-task.js";

/** Traces repeat themselves so much that the fastest level leaves a twelfth; the slowest would leave a sixteenth. */
const LEVEL = constants.Z_BEST_SPEED;
const GZIP_BYTES = 1 << 18;

/** The program is built anew: it is the same wherever it is built, and cheaper to build than to hand over. */
export async function writeRank({ job, recording, rank, times, path }: RankTask): Promise<RankAnswer> {
	const recorded = new RecordedRank(job, recording, rankProgram(job, rank), times);
	const truth = truthOf(recorded);
	if (path === undefined) return { truth, events: 0, bytes: 0, compressedBytes: 0 };
	let events = 0;
	let bytes = 0;
	function* pieces(): Generator<Uint8Array> {
		const text = traceText(recorded);
		for (let next = text.next(); ; next = text.next()) {
			if (next.done) {
				events = next.value;
				return;
			}
			bytes += next.value.length;
			yield next.value;
		}
	}
	const file = createWriteStream(path, { flags: "r+", flush: true });
	try {
		await pipeline(Readable.from(pieces()), createGzip({ level: LEVEL, chunkSize: GZIP_BYTES }), file);
	} catch (error) {
		const { code, message } = error as NodeJS.ErrnoException;
		if (code === undefined) throw error;
		return { failure: { code, message } };
	}
	return { truth, events, bytes, compressedBytes: file.bytesWritten };
}
