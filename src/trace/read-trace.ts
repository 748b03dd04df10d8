/** Reads one Kineto trace: file -> text -> scanner -> columns, and what the header says of the job. */
import { UserError } from "../lib/errors.js";
import { formatBytes } from "../lib/format.js";
import type { Trace, TraceWarning } from "./columns.js";
import { damageWarning, type ReadSoFar, refuseEmpty, refuseStrangers } from "./damage.js";
import { readDeviceName } from "./device.js";
import { finishEvents } from "./events.js";
import { pairFlows } from "./flows.js";
import { type Header, readHeader } from "./header.js";
import { TraceFile, type TraceSource } from "./inflate.js";
import { readJob } from "./job.js";
import { DEFAULT_MAX_BYTES, DEFAULT_MAX_RATIO, RATIO_FREE_BYTES, type ReadOptions } from "./options.js";
import { Scanner } from "./scanner/scanner.js";
import { listSkipped, unknownCategories } from "./skipped.js";
import { findSteps } from "./steps.js";
import { InternedStrings } from "./strings.js";
import { nameTracks } from "./tracks.js";

const PROGRESS_INTERVAL_MS = 200;

/**
 * Reads a trace, plain, gzipped or zstd-compressed, in constant memory beside its columns.
 * @throws UserError where the file cannot be read, is no trace, holds no events, passes a limit, or, with
 * `strict`, is damaged; EnvironmentError where memory runs out.
 */
export async function readTrace(path: string, options: ReadOptions = {}): Promise<Trace> {
	return readSource(await TraceFile.open(path), options);
}

/** The same for text from anywhere. */
export async function readSource(file: TraceSource, options: ReadOptions = {}): Promise<Trace> {
	const scanner = new Scanner(options.keepPython ?? false);
	try {
		await scanFile(file, scanner, options);
		return assemble(file, scanner, options);
	} finally {
		scanner.release();
	}
}

async function scanFile(file: TraceSource, scanner: Scanner, options: ReadOptions): Promise<void> {
	const maxBytes = options.maxBytes ?? DEFAULT_MAX_BYTES;
	const maxRatio = file.compression === "none" ? Number.POSITIVE_INFINITY : (options.maxRatio ?? DEFAULT_MAX_RATIO);
	const ratioBytes = Math.max(RATIO_FREE_BYTES, file.bytes * maxRatio);
	let lastReportMs = 0;
	for await (const piece of pieces(file, scanner, options)) {
		scanner.feed(piece);
		if (scanner.bytes > maxBytes) {
			throw new UserError(
				`${file.path}: its text is longer than ${formatBytes(maxBytes)}, at byte ${scanner.bytes}; raise --max-bytes if that is right`,
			);
		}
		if (scanner.bytes > ratioBytes) {
			throw new UserError(
				`${file.path}: its text is more than ${maxRatio} times as long as the file, at byte ${scanner.bytes}; raise --max-ratio if it is no gzip bomb`,
			);
		}
		if (options.onProgress !== undefined && performance.now() - lastReportMs >= PROGRESS_INTERVAL_MS) {
			lastReportMs = performance.now();
			options.onProgress(file.bytesRead, file.bytes, scanner.events);
		}
		if (scanner.damage !== undefined) break;
	}
	scanner.finish();
	options.onProgress?.(file.bytes, file.bytes, scanner.events);
}

/** Pieces of a text at hand: small enough that the scanner's copy of each stays in the cache. */
const PIECE_BYTES = 256 * 1024;

async function* pieces(file: TraceSource, scanner: Scanner, options: ReadOptions): AsyncGenerator<Uint8Array> {
	const whole = options.oneThread ? file.textAtOnce?.() : undefined;
	if (whole === undefined) return yield* file.text(() => scanner.open);
	for (let at = 0; at < whole.length; at += PIECE_BYTES) yield whole.subarray(at, at + PIECE_BYTES);
}

function assemble(file: TraceSource, scanner: Scanner, options: ReadOptions): Trace {
	const { control } = scanner;
	const header = readHeader(scanner.header, scanner.droppedKeys);
	const read: ReadSoFar = {
		path: file.path,
		events: scanner.events,
		bytes: scanner.bytes,
		headerKeys: scanner.header.map(({ key }) => key),
		eventArrays: control.get("EVENT_ARRAYS"),
	};
	refuseStrangers(read, scanner.damage);
	const damaged = damageWarning(read, scanner.damage, file.damage);
	if (options.strict && damaged !== undefined)
		throw new UserError(
			damaged.message.replace(/; kept the (.*) before;/, "; leave out --strict to read the $1 before;"),
		);

	const strings = new InternedStrings(scanner.tables.takeStrings());
	const labels = scanner.batches.labels;
	const tracks = nameTracks(
		scanner.tables.takeTracks(),
		{ kind: labels.kind.join(), pid: labels.pid.join(), tid: labels.tid.join(), text: labels.text.join() },
		strings,
	);
	const phases = scanner.phaseCounts();
	const paired = phases["B".charCodeAt(0)]! + phases["E".charCodeAt(0)]!;
	const { events, comms, syncs, pairs } = finishEvents(scanner.batches, tracks, strings, paired);
	const ends = scanner.batches.flows;
	const { flows, unpaired } = pairFlows({
		id: ends.id.join(),
		kind: ends.kind.join(),
		track: ends.track.join(),
		ns: ends.ns.join(),
	});
	const categories = scanner.categoryCounts();
	const skipped = listSkipped(categories, phases, [
		{ what: "events without a phase", count: control.get("WITHOUT_PHASE") },
		{ what: "events without a time", count: control.get("WITHOUT_TIME") },
		{ what: "begins without an end", count: pairs.unmatchedBegins },
		{ what: "ends without a begin", count: pairs.unmatchedEnds },
		{ what: "pairs of a category that is not kept", count: pairs.dropped },
		{ what: "fwdbwd flows without their other end", count: unpaired },
	]);
	refuseEmpty(read, events.count, damaged, skipped.map(({ what, count }) => `${count} ${what}`).join(", "));

	return {
		path: file.path,
		bytes: scanner.bytes,
		compressedBytes: file.bytes,
		eventCount: read.events,
		skipped,
		warnings: [
			...(damaged === undefined ? [] : [damaged]),
			...unknownCategories(categories),
			...countWarnings(scanner, header, pairs.unmatchedBegins + pairs.unmatchedEnds),
		],
		baseNs: scanner.baseNs() + headerBaseNs(header),
		header: header.values,
		...readJob(header.values, file.path, options.rank),
		deviceName: readDeviceName(header.values.deviceProperties, events, tracks),
		steps: findSteps(events, strings),
		tracks,
		events,
		comms,
		syncs,
		forwardBackward: flows,
		strings,
	};
}

/** `baseTimeNanoseconds` is added to every time; it does not fit a double. */
function headerBaseNs(header: Header): bigint {
	const text = header.texts.get("baseTimeNanoseconds")?.replace(/^"(.*)"$/, "$1") ?? "";
	return /^-?\d{1,19}$/.test(text) ? BigInt(text) : 0n;
}

function countWarnings(scanner: Scanner, header: Header, unmatched: number): TraceWarning[] {
	const { control } = scanner;
	const warnings: TraceWarning[] = [
		{
			code: "duplicate-key",
			message: "a key stands twice in an event or in the header: the last value was taken",
			count: control.get("DUPLICATE_KEYS") + header.repeated.length,
		},
		{
			code: "bad-duration",
			message: "a duration is negative or not a number: taken as 0",
			count: control.get("BAD_DURATIONS"),
		},
		{
			code: "no-time",
			message: "an event has no time stamp that is a number: skipped",
			count: control.get("WITHOUT_TIME"),
		},
		{ code: "unmatched-pair", message: "a begin has no end, or an end no begin: skipped", count: unmatched },
		{
			code: "bad-header",
			message: `header keys that are not JSON or too long to keep: ${header.unreadable.slice(0, 5).join(", ")}`,
			count: header.unreadable.length,
		},
		{
			code: "several-event-arrays",
			message: "traceEvents stands in the file more than once: all were read",
			count: Math.max(0, control.get("EVENT_ARRAYS") - 1),
		},
	];
	return warnings.filter(({ count }) => count > 0);
}
