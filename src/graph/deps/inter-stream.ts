/**
 * Order between streams: `cuda_sync` rows say it; without them, event records are paired with the waits that follow on
 * the same thread; and a start that nothing else explains, right after the end of work on another stream, is evidence
 * of its own.
 */
import { ascending, gather, groupRows, lastAtMost, selectRows, sortRows } from "../../lib/sort.js";
import { NONE, type Trace } from "../../trace/columns.js";
import type { Calls, LaunchHistory } from "../calls.js";
import type { DeviceTasks } from "../device-tasks.js";
import { FROM_FINISH, type RankDraft } from "../draft.js";
import { EdgeKind, EXACT } from "../graph.js";
import { CallRole } from "../runtime-calls.js";
import type { SyncRows } from "../sync-rows.js";

/** Work on the waiting stream that starts this soon after the recorded work ended was held by it, ns. */
const TIGHT_NS = 10_000;
/** Clock granularity: an end may lie this much after the start that waited for it, ns. */
const TOLERANCE_NS = 1000;
/** A start this long after both its launch and the work before it on its stream is unexplained, ns. */
const UNEXPLAINED_NS = 30_000;
/** A far record whose work ended this long before is stale, ns. */
const STALE_NS = 200_000;
/** How many records back a wait is looked for. */
const RECORDS_BACK = 8;

const CONFIDENCE = { pairedTight: 220, pairedNear: 150, pairedFar: 90, timing: 100 } as const;

interface EventRecord {
	readonly atNs: number;
	readonly stream: number;
	readonly index: number;
}

export function addInterStreamEdges(
	draft: RankDraft,
	trace: Trace,
	calls: Calls,
	device: DeviceTasks,
	history: LaunchHistory,
	syncRows: SyncRows,
): void {
	if (history.rowsOf.size < 2) return;
	const builder = new InterStream(draft, trace, calls, device, history, syncRows);
	builder.fromCalls();
	builder.fromTiming();
}

class InterStream {
	/** Last predecessor added to a device row, to keep repeated waits from adding the same edge twice. */
	private readonly added = new Map<number, number[]>();

	constructor(
		private readonly draft: RankDraft,
		private readonly trace: Trace,
		private readonly calls: Calls,
		private readonly device: DeviceTasks,
		private readonly history: LaunchHistory,
		private readonly syncRows: SyncRows,
	) {}

	/** Waits that the trace explains; the others are paired thread by thread, in the order of the calls. */
	fromCalls(): void {
		const { events } = this.trace;
		const { role, launchedBy } = this.calls;
		const waits = selectRows(events.count, (row) => role[row] === CallRole.streamWaitEvent);
		const open = waits.filter((row) => !this.exactWait(row));
		if (open.length === 0) return;
		const rows = selectRows(
			events.count,
			(row) => role[row] === CallRole.eventRecord || role[row] === CallRole.streamWaitEvent || launchedBy[row] !== NONE,
		);
		const openWaits = new Set(open);
		for (const thread of groupRows(sortRows(rows, events.startNs), (row) => events.track[row]!).values())
			this.thread(thread, openWaits);
	}

	private thread(rows: Uint32Array, openWaits: ReadonlySet<number>): void {
		const { events } = this.trace;
		const records: EventRecord[] = [];
		let current = NONE;
		rows.forEach((row, index) => {
			const work = this.calls.launchedBy[row]!;
			if (work !== NONE) current = events.stream[work]!;
			else if (this.calls.role[row] === CallRole.eventRecord)
				records.push({ atNs: events.startNs[row]!, stream: current, index });
			else if (openWaits.has(row)) this.pairedWait(rows, index, records);
		});
	}

	private exactWait(call: number): boolean {
		const source = this.syncRows.recordedBeforeSync(call, this.history);
		const stream = this.syncRows.waitingStream(call);
		if (!source || stream === NONE) return false;
		const held = this.history.firstAfter(stream, this.trace.events.startNs[call]!);
		if (held !== NONE && stream !== source.stream) this.add(source.row, held, EXACT);
		return true;
	}

	private pairedWait(rows: Uint32Array, index: number, records: readonly EventRecord[]): void {
		const { events } = this.trace;
		let held = NONE;
		for (let i = index + 1; i < rows.length && held === NONE; i++) held = this.calls.launchedBy[rows[i]!]!;
		if (held === NONE) return;
		let best: { source: number; confidence: number } | undefined;
		for (let back = records.length - 1; back >= Math.max(0, records.length - RECORDS_BACK); back--) {
			const record = records[back]!;
			if (record.stream === NONE || record.stream === events.stream[held]) continue;
			const source = this.history.lastBy(record.stream, record.atNs);
			if (source === NONE) continue;
			const lagNs = events.startNs[held]! - this.endNs(source);
			if (lagNs < -TOLERANCE_NS) continue;
			const near = index - record.index <= 2;
			// A record from long ago that holds nothing back any more says nothing.
			if (!near && lagNs > STALE_NS) continue;
			const confidence =
				lagNs <= TIGHT_NS ? CONFIDENCE.pairedTight : near ? CONFIDENCE.pairedNear : CONFIDENCE.pairedFar;
			if (!best || confidence > best.confidence) best = { source, confidence };
		}
		if (best) this.add(best.source, held, best.confidence);
	}

	/** Starts that neither launch nor stream order nor a known wait explains. */
	fromTiming(): void {
		const { events } = this.trace;
		const { device } = this.calls;
		const deviceEnds = gather(device, (row) => this.endNs(row));
		const byEnd = sortRows(ascending(device.length), deviceEnds).map((i) => device[i]!);
		const ends = gather(byEnd, (row) => this.endNs(row));
		for (const [stream, rows] of this.history.rowsOf) {
			let previousEnd = Number.NEGATIVE_INFINITY;
			for (const row of rows) {
				const start = events.startNs[row]!;
				const call = this.calls.launcherOf[row]!;
				const launchLag = call === NONE ? Number.POSITIVE_INFINITY : start - events.startNs[call]!;
				const explained =
					start - previousEnd < UNEXPLAINED_NS ||
					launchLag < UNEXPLAINED_NS ||
					(this.added.get(row) ?? []).some((source) => start - this.endNs(source) < UNEXPLAINED_NS);
				previousEnd = this.endNs(row);
				if (explained) continue;
				for (let i = lastAtMost(ends, start); i >= 0 && start - ends[i]! <= TIGHT_NS; i--) {
					const source = byEnd[i]!;
					if (source === row || events.stream[source] === stream || events.startNs[source]! >= start) continue;
					this.add(source, row, CONFIDENCE.timing);
					break;
				}
			}
		}
	}

	private endNs(row: number): number {
		return this.trace.events.startNs[row]! + this.trace.events.durNs[row]!;
	}

	private add(source: number, held: number, confidence: number): void {
		if (this.endNs(source) > this.trace.events.startNs[held]! + TOLERANCE_NS) return;
		const known = this.added.get(held);
		if (known?.includes(source)) return;
		if (known) known.push(source);
		else this.added.set(held, [source]);
		const arrive = this.device.arriveOf[held]!;
		this.draft.addEdge(
			EdgeKind.interStream,
			this.device.taskOf[source]!,
			FROM_FINISH,
			arrive === NONE ? this.device.taskOf[held]! : arrive,
			confidence,
		);
	}
}
