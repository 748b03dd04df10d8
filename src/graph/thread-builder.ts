/**
 * One CPU thread as tasks: nested operators and runtime calls become exclusive segments, in order, with markers where
 * steps begin and end and a return where a call blocks.
 */
import { Category, NONE, type Trace } from "../trace/columns.js";
import type { Calls } from "./calls.js";
import { FROM_FINISH, type RankDraft } from "./draft.js";
import { EdgeKind, TaskKind } from "./graph.js";
import type { LaunchQueue } from "./launch-queue.js";

/** The begin or end of a step. */
export interface Marker {
	readonly atNs: number;
	readonly name: number;
	readonly place: (task: number) => void;
}

/** Flattens one thread into the draft. Its tasks get consecutive numbers. */
export class ThreadBuilder {
	private previousTask = NONE;
	private lastEndNs = Number.NEGATIVE_INFINITY;
	/** Up to here the thread's time has been given to segments. */
	private cursorNs = Number.NEGATIVE_INFINITY;
	private nextMarker = 0;
	/** Looked at for every task, where the marker itself is not. */
	private nextMarkerNs: number;
	/** Open rows, innermost last, and where each ends (never after its parent). */
	private readonly open: number[] = [];
	private readonly openEndNs: number[] = [];

	constructor(
		private readonly draft: RankDraft,
		private readonly trace: Trace,
		private readonly calls: Calls,
		private readonly queue: LaunchQueue,
		private readonly processor: number,
		private readonly markers: readonly Marker[],
		private readonly firstTask: Int32Array,
		private readonly returnTask: Int32Array,
		private readonly launchShape: Uint32Array,
	) {
		this.nextMarkerNs = markers[0]?.atNs ?? Number.POSITIVE_INFINITY;
	}

	/** Walks the rows of one thread, sorted by (start, longest first), keeping the stack of open calls. */
	flatten(rows: Uint32Array): void {
		for (let i = 0; i < rows.length; i++) this.enter(rows[i]!);
		this.closeUntil(Number.POSITIVE_INFINITY);
		this.placeMarkers(Number.POSITIVE_INFINITY);
	}

	private enter(row: number): void {
		const start = this.trace.events.startNs[row]!;
		this.closeUntil(start);
		const end = this.fit(start, start + this.trace.events.durNs[row]!);
		const depth = this.open.length;
		if (depth > 0 && start > this.cursorNs) this.segment(this.open[depth - 1]!, this.cursorNs, start);
		this.cursorNs = Math.max(this.cursorNs, start);
		if (this.calls.launchedBy[row] !== NONE) this.launchShape[row] = this.shapeAtHand();
		this.open.push(row);
		this.openEndNs.push(end);
	}

	/**
	 * Rounded timestamps let neighbours overlap and children outlast their parents. A call that lies mostly beyond the
	 * end of the open one follows it, which ends here; one that lies mostly inside is cut to its parent's end.
	 */
	private fit(startNs: number, endNs: number): number {
		while (this.open.length > 0) {
			const parentEnd = this.openEndNs[this.open.length - 1]!;
			if (parentEnd >= endNs) break;
			if (endNs - parentEnd <= parentEnd - startNs) return parentEnd;
			this.closeInnermost(startNs);
		}
		return endNs;
	}

	/** The shapes that the innermost open operator that has any works on. */
	private shapeAtHand(): number {
		const { shape } = this.trace.events;
		for (let depth = this.open.length - 1; depth >= 0; depth--) {
			const known = shape[this.open[depth]!]!;
			if (known !== 0) return known;
		}
		return 0;
	}

	private closeUntil(limitNs: number): void {
		while (this.open.length > 0 && this.openEndNs[this.open.length - 1]! <= limitNs)
			this.closeInnermost(this.openEndNs[this.open.length - 1]!);
	}

	private closeInnermost(endNs: number): void {
		this.openEndNs.pop();
		this.close(this.open.pop()!, this.cursorNs, endNs);
		this.cursorNs = Math.max(this.cursorNs, endNs);
	}

	/** The last segment of a row: calls that matter leave a task even if they took no time. */
	private close(row: number, fromNs: number, toNs: number): void {
		const blocks = this.calls.blocks[row] === 1;
		const matters = blocks || this.calls.launchedBy[row] !== NONE;
		if (toNs > fromNs || (matters && this.firstTask[row] === NONE)) this.segment(row, fromNs, toNs);
		if (!blocks) return;
		const { name, shape } = this.trace.events;
		this.returnTask[row] = this.append(TaskKind.syncReturn, name[row]!, shape[row]!, toNs, toNs);
	}

	private segment(row: number, fromNs: number, toNs: number): void {
		const { category, name, shape } = this.trace.events;
		const kind =
			category[row] === Category.cpuOp
				? TaskKind.cpuOp
				: this.calls.blocks[row] === 1
					? TaskKind.syncCall
					: this.calls.launchedBy[row] !== NONE
						? TaskKind.launch
						: TaskKind.runtime;
		let start = fromNs;
		if (this.firstTask[row] === NONE && this.queue.freedBy[row] !== NONE) start = this.queueSlot(row, fromNs, toNs);
		while (this.nextMarkerNs < toNs) {
			const cutNs = this.nextMarkerNs;
			if (cutNs > start) {
				this.ownTask(row, kind, name[row]!, shape[row]!, start, cutNs);
				start = cutNs;
			}
			this.placeMarkers(cutNs);
		}
		this.ownTask(row, kind, name[row]!, shape[row]!, start, toNs);
	}

	private ownTask(row: number, kind: TaskKind, name: number, shape: number, startNs: number, endNs: number): void {
		const task = this.append(kind, name, shape, startNs, endNs);
		if (this.firstTask[row] === NONE) this.firstTask[row] = task;
	}

	/**
	 * A launch that may find the queue full first waits for its place: what a slow call took beyond the usual cost was
	 * that wait. Returns when the call went on.
	 */
	private queueSlot(row: number, startNs: number, endNs: number): number {
		const { startNs: begins, durNs, name } = this.trace.events;
		const freed = this.queue.freedBy[row]!;
		const freedNs = begins[freed]! + durNs[freed]!;
		const blocked = freedNs > startNs;
		const goesOnNs = blocked ? Math.max(startNs, endNs - this.queue.launchCostNs) : startNs;
		this.returnTask[row] = this.append(TaskKind.syncReturn, name[row]!, 0, goesOnNs, goesOnNs);
		return goesOnNs;
	}

	private placeMarkers(untilNs: number): void {
		while (this.nextMarkerNs <= untilNs && this.nextMarkerNs < Number.POSITIVE_INFINITY) {
			const marker = this.markers[this.nextMarker++]!;
			this.nextMarkerNs = this.markers[this.nextMarker]?.atNs ?? Number.POSITIVE_INFINITY;
			marker.place(this.link(TaskKind.marker, marker.name, 0, marker.atNs, marker.atNs));
		}
	}

	private append(kind: TaskKind, name: number, shape: number, startNs: number, endNs: number): number {
		this.placeMarkers(startNs);
		return this.link(kind, name, shape, startNs, endNs);
	}

	/** Adds a task at the end of the thread; the untraced time since the one before is the edge's to keep. */
	private link(kind: TaskKind, name: number, shape: number, startNs: number, endNs: number): number {
		const start = Math.max(startNs, this.lastEndNs);
		const end = Math.max(start, endNs);
		const task = this.draft.addTask(kind, this.processor, name, shape, start, end);
		if (this.previousTask === NONE) this.draft.addEdge(EdgeKind.entry, 0, FROM_FINISH, task);
		else this.draft.addEdge(EdgeKind.intraThread, this.previousTask, FROM_FINISH, task);
		this.previousTask = task;
		this.lastEndNs = end;
		return task;
	}
}
