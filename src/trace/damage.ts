/** Says in one line what is wrong with a file: as an error where nothing can be read, else as a warning. */
import { UserError } from "../lib/errors.js";
import { formatCount } from "../lib/format.js";
import type { TraceWarning } from "./columns.js";
import type { CompressionDamage } from "./inflate.js";
import type { Damage } from "./scanner/scanner.js";

export interface ReadSoFar {
	readonly path: string;
	readonly events: number;
	/** Of the inflated text. */
	readonly bytes: number;
	readonly headerKeys: readonly string[];
	readonly eventArrays: number;
}

const RECORD_AGAIN = "record or copy it again";

/** @throws UserError where the file is no trace at all. */
export function refuseStrangers(read: ReadSoFar, damage: Damage | undefined): void {
	const { path } = read;
	switch (damage?.kind) {
		case "not-json":
			throw new UserError(`${path}: not JSON at byte ${damage.byte}; give a trace that PyTorch's profiler exported`);
		case "events-not-an-array":
			throw new UserError(
				`${path}: traceEvents is not an array at byte ${damage.byte}; give a trace that PyTorch's profiler exported`,
			);
		default:
	}
	if (read.eventArrays > 0 || damage !== undefined) return;
	const isExecutionTrace = read.headerKeys.includes("nodes") && read.headerKeys.includes("schema");
	throw new UserError(
		isExecutionTrace
			? `${path}: a PyTorch execution trace, which holds no times; give the Kineto trace of the same run`
			: `${path}: not a Kineto trace: no traceEvents up to byte ${read.bytes}; give a trace that PyTorch's profiler exported`,
	);
}

/** What `--strict` refuses, as a warning; undefined for a whole file. */
export function damageWarning(
	read: ReadSoFar,
	damage: Damage | undefined,
	compression: CompressionDamage | undefined,
): TraceWarning | undefined {
	if (damage === undefined && compression === undefined) return undefined;
	const truncated = compression === undefined ? damage?.kind === "ends-early" : compression.kind === "truncated";
	const what = [
		compression === undefined
			? ""
			: `the compressed file is ${compression.kind} at byte ${compression.byte} (${compression.reason})`,
		damage === undefined ? "" : textDamage(damage),
	].filter((part) => part !== "");
	return {
		code: truncated ? "truncated" : "corrupt",
		message: `${read.path}: ${what.join(", ")}; kept the ${formatCount(read.events)} whole events before; ${RECORD_AGAIN}`,
		count: 1,
	};
}

function textDamage({ kind, byte }: Damage): string {
	switch (kind) {
		case "ends-early":
			return `the text ends too early, at byte ${byte}`;
		case "garbage":
			return `something follows the trace from byte ${byte} of the text on`;
		case "too-long":
			return `the item at byte ${byte} of the text does not end`;
		default:
			return `the text is wrong at byte ${byte}`;
	}
}

/** @throws UserError for a file without a single usable event. */
export function refuseEmpty(read: ReadSoFar, rows: number, warning: TraceWarning | undefined, skipped: string): void {
	if (rows > 0) return;
	const { path, events, bytes } = read;
	if (warning !== undefined && events === 0) {
		const [, what] = /: (.*); kept the/.exec(warning.message) ?? [];
		throw new UserError(`${path}: no events could be read: ${what}; ${RECORD_AGAIN}`);
	}
	throw new UserError(
		events === 0
			? `${path}: no events in its ${bytes} bytes; let the profiler run during a step`
			: `${path}: none of its ${formatCount(events)} events (${bytes} bytes) is an operation or a kernel (${skipped}); record CPU and GPU activities`,
	);
}
