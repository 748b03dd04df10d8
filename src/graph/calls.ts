/**
 * Which device work each runtime call launched, and what each call does: the event-level facts that tasks and edges
 * are made from. Everything is indexed by event row.
 */
import { gather, lastAtMost, sortRows } from "../lib/sort.js";
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
	const deviceRows: number[] = [];
	for (let row = 0; row < count; row++) {
		if (category[row] === Category.runtime) {
			role[row] = roles.of(name[row]!);
			if (isBlockingSync(role[row]!)) blocks[row] = 1;
		} else if (isDevice(category[row]!)) {
			deviceRows.push(row);
			const call = byCorrelation.callOf(correlation[row]!);
			if (call === NONE || startNs[row]! + durNs[row]! < startNs[call]!) continue;
			launcherOf[row] = call;
			const first = launchedBy[call]!;
			if (first === NONE || startNs[row]! < startNs[first]!) launchedBy[call] = row;
		}
	}
	const launchRows: number[] = [];
	for (let row = 0; row < count; row++) {
		const work = launchedBy[row]!;
		if (work === NONE) continue;
		launchRows.push(row);
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
		launches: sortRows(new Uint32Array(launchRows), startNs),
		device: sortRows(new Uint32Array(deviceRows), startNs),
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

/** For every stream the launches on it in launch order, to ask "what was launched last by then?". */
export class LaunchHistory {
	private readonly rows = new Map<number, { callStart: Float64Array; work: Uint32Array }>();

	constructor(trace: Trace, calls: Calls) {
		const { startNs, stream } = trace.events;
		const perStream = new Map<number, number[]>();
		for (const row of calls.device) {
			const list = perStream.get(stream[row]!);
			if (list) list.push(row);
			else perStream.set(stream[row]!, [row]);
		}
		for (const [id, work] of perStream) {
			const callStart = gather(work, (row) => {
				const call = calls.launcherOf[row]!;
				return call === NONE ? Number.NEGATIVE_INFINITY : startNs[call]!;
			});
			// Several threads may launch on one stream; what runs later was launched later as far as waiting goes.
			for (let i = 1; i < callStart.length; i++)
				if (callStart[i]! < callStart[i - 1]!) callStart[i] = callStart[i - 1]!;
			this.rows.set(id, { callStart, work: new Uint32Array(work) });
		}
	}

	get streams(): Iterable<number> {
		return this.rows.keys();
	}

	/** The last device row launched on a stream by a call that started at or before `atNs`, or NONE. */
	lastBy(stream: number, atNs: number): number {
		const history = this.rows.get(stream);
		if (!history) return NONE;
		const index = lastAtMost(history.callStart, atNs);
		return index < 0 ? NONE : history.work[index]!;
	}

	/** When the call started that launched `lastBy`; -Infinity where nothing was. */
	launchTimeBy(stream: number, atNs: number): number {
		const history = this.rows.get(stream);
		return history?.callStart[lastAtMost(history.callStart, atNs)] ?? Number.NEGATIVE_INFINITY;
	}

	/** The first device row launched on a stream by a call that started after `atNs`, or NONE. */
	firstAfter(stream: number, atNs: number): number {
		const history = this.rows.get(stream);
		if (!history) return NONE;
		return history.work[lastAtMost(history.callStart, atNs) + 1] ?? NONE;
	}
}
