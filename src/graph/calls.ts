/**
 * Which device work each runtime call launched, and what each call does: the event-level facts that tasks and edges
 * are made from. Everything is indexed by event row.
 */
import { groupRows, lastAtMost, selectRows, sortRows } from "../lib/sort.js";
import { Category, NONE, type Trace } from "../trace/columns.js";
import { CallRole, CallRoles, copyMayBlock } from "./runtime-calls.js";

export interface Calls {
	/** Role of a runtime row (CallRole). */
	readonly role: Uint8Array;
	/** The runtime row that launched a device row, or NONE. */
	readonly launcherOf: Int32Array;
	/** The first device row that a runtime row launched, or NONE. */
	readonly launchedBy: Int32Array;
	/** 1 for runtime rows that wait for the device before they return. */
	readonly blocks: Uint8Array;
	/** Rows of runtime calls that launch, by start time. */
	readonly launches: Uint32Array;
	/** Rows of device work, by start time. */
	readonly device: Uint32Array;
	/** The runtime row of a correlation id, or NONE. */
	readonly callOf: (correlation: number) => number;
}

export const isDevice = (category: number): boolean => category >= Category.kernel && category <= Category.memset;

export function findCalls(trace: Trace): Calls {
	const { events } = trace;
	const { count, category, correlation, name, startNs, durNs, bytes } = events;
	const roles = new CallRoles(trace.strings);
	const role = new Uint8Array(count);
	const launcherOf = new Int32Array(count).fill(NONE);
	const launchedBy = new Int32Array(count).fill(NONE);
	const blocks = new Uint8Array(count);

	const byCorrelation = new CorrelationIndex(trace);
	for (let row = 0; row < count; row++) {
		if (category[row] === Category.runtime) {
			role[row] = roles.of(name[row]!);
			if (isBlockingSync(role[row]!)) blocks[row] = 1;
		} else if (isDevice(category[row]!)) {
			const call = byCorrelation.callOf(correlation[row]!);
			if (call === NONE || startNs[row]! + durNs[row]! < startNs[call]!) continue;
			launcherOf[row] = call;
			const first = launchedBy[call]!;
			if (first === NONE || startNs[row]! < startNs[first]!) launchedBy[call] = row;
		}
	}
	for (let row = 0; row < count; row++) {
		const work = launchedBy[row]!;
		if (work === NONE) continue;
		if (
			role[row] === CallRole.copy &&
			startNs[work]! <= startNs[row]! + durNs[row]! &&
			copyMayBlock(trace.strings.get(name[row]!), trace.strings.get(name[work]!), bytes[work]!)
		)
			blocks[row] = 1;
	}
	return {
		role,
		launcherOf,
		launchedBy,
		blocks,
		launches: sortRows(
			selectRows(count, (row) => launchedBy[row] !== NONE),
			startNs,
		),
		device: sortRows(
			selectRows(count, (row) => isDevice(category[row]!)),
			startNs,
		),
		callOf: (id) => byCorrelation.callOf(id),
	};
}

function isBlockingSync(role: number): boolean {
	return role === CallRole.deviceSync || role === CallRole.streamSync || role === CallRole.eventSync;
}

/** Runtime rows by correlation id: a flat table where the ids are dense, a Map where they are not. */
class CorrelationIndex {
	private readonly table: Int32Array | undefined;
	private readonly map = new Map<number, number>();
	private readonly lowest: number;

	constructor(trace: Trace) {
		const { count, category, correlation, durNs } = trace.events;
		let low = Number.POSITIVE_INFINITY;
		let high = Number.NEGATIVE_INFINITY;
		for (let row = 0; row < count; row++) {
			if (category[row] !== Category.runtime || correlation[row] === NONE) continue;
			if (correlation[row]! < low) low = correlation[row]!;
			if (correlation[row]! > high) high = correlation[row]!;
		}
		this.lowest = low;
		if (high - low < 8 * count + 1024) this.table = new Int32Array(Math.max(0, high - low + 1)).fill(NONE);
		for (let row = 0; row < count; row++) {
			if (category[row] !== Category.runtime || correlation[row] === NONE) continue;
			// A driver call inside a runtime call may carry the same id: the outer call is the launch.
			const known = this.callOf(correlation[row]!);
			if (known !== NONE && durNs[known]! >= durNs[row]!) continue;
			if (this.table) this.table[correlation[row]! - low] = row;
			else this.map.set(correlation[row]!, row);
		}
	}

	callOf(correlation: number): number {
		if (correlation === NONE) return NONE;
		if (this.table) return this.table[correlation - this.lowest] ?? NONE;
		return this.map.get(correlation) ?? NONE;
	}
}

/** For every stream its work in the order it ran, to ask "what was launched last by then?". */
export class LaunchHistory {
	/** Device rows of each stream, by start. */
	readonly rowsOf: ReadonlyMap<number, Uint32Array>;
	private readonly callStarts = new Map<number, Float64Array>();

	constructor(trace: Trace, calls: Calls) {
		const { startNs, stream } = trace.events;
		this.rowsOf = groupRows(calls.device, (row) => stream[row]!);
		for (const [id, work] of this.rowsOf) {
			const callStart = new Float64Array(work.length);
			let latest = Number.NEGATIVE_INFINITY;
			for (let i = 0; i < work.length; i++) {
				const call = calls.launcherOf[work[i]!]!;
				// Several threads may launch on one stream; what runs later was launched later as far as waiting goes.
				if (call !== NONE && startNs[call]! > latest) latest = startNs[call]!;
				callStart[i] = latest;
			}
			this.callStarts.set(id, callStart);
		}
	}

	get streams(): Iterable<number> {
		return this.rowsOf.keys();
	}

	/** The last device row launched on a stream by a call that started at or before `atNs`, or NONE. */
	lastBy(stream: number, atNs: number): number {
		const index = this.indexBy(stream, atNs);
		return index < 0 ? NONE : this.rowsOf.get(stream)![index]!;
	}

	/** When the call started that launched `lastBy`; -Infinity where nothing was. */
	launchTimeBy(stream: number, atNs: number): number {
		return this.callStarts.get(stream)?.[this.indexBy(stream, atNs)] ?? Number.NEGATIVE_INFINITY;
	}

	/** The first device row launched on a stream by a call that started after `atNs`, or NONE. */
	firstAfter(stream: number, atNs: number): number {
		return this.rowsOf.get(stream)?.[this.indexBy(stream, atNs) + 1] ?? NONE;
	}

	private indexBy(stream: number, atNs: number): number {
		const callStarts = this.callStarts.get(stream);
		return callStarts === undefined ? -1 : lastAtMost(callStarts, atNs);
	}
}
