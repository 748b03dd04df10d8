/** A journal is lines of `checksum JSON`: a header, then one a configuration. */
import { crc32 } from "../../lib/crc32.js";
import { hasSums, type RowOrFailure, timesAlone } from "../row.js";

/** Hexadecimal digits of a checksum. */
const CHECKSUM = 8;

export function journalLine(value: unknown): string {
	const text = JSON.stringify(value);
	return `${checksum(text)} ${text}\n`;
}

/** The value of a whole line without its end; undefined where it is torn or damaged. */
export function valueOfLine(line: string): unknown {
	const text = line.slice(CHECKSUM + 1);
	if (line[CHECKSUM] !== " " || line.slice(0, CHECKSUM) !== checksum(text)) return undefined;
	return JSON.parse(text);
}

function checksum(text: string): string {
	return crc32(Buffer.from(text)).toString(16).padStart(CHECKSUM, "0");
}

/** Numbers alone: a row is read back to the bit. */
export function packRow(row: RowOrFailure): unknown {
	if ("failed" in row) return [row.index, row.failed];
	if (!hasSums(row)) return [row.index, row.iterationMs, row.tasks];
	const { exposedComputeMs, exposedCommMs, overlappedMs, otherMs } = row.breakdown;
	const parts = [exposedComputeMs, exposedCommMs, overlappedMs, otherMs];
	const restsOn = row.restsOn ? [row.restsOn.measuredShare, row.restsOn.scaledShare] : [];
	return [row.index, row.iterationMs, row.tasks, row.lowMs, row.highMs, ...parts, row.waitingCommMs, ...restsOn];
}

export function unpackRow(value: unknown): RowOrFailure {
	const [index, first, ...rest] = value as readonly [number, number | string, ...number[]];
	if (typeof first === "string") return { index, failed: first };
	const [tasks, lowMs, highMs, exposedComputeMs, exposedCommMs, overlappedMs, otherMs, waitingCommMs, ...more] = rest;
	if (lowMs === undefined) return timesAlone(index, first, tasks!);
	const [measuredShare, scaledShare] = more;
	return {
		index,
		iterationMs: first,
		lowMs,
		highMs: highMs!,
		breakdown: {
			exposedComputeMs: exposedComputeMs!,
			exposedCommMs: exposedCommMs!,
			overlappedMs: overlappedMs!,
			otherMs: otherMs!,
		},
		waitingCommMs: waitingCommMs!,
		tasks: tasks!,
		...(measuredShare === undefined ? {} : { restsOn: { measuredShare, scaledShare: scaledShare! } }),
	};
}
