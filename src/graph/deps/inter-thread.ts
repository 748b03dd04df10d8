/**
 * Hand-over between threads: the autograd thread starts when the forward thread calls `backward()`, the forward thread
 * goes on when the last backward operator is done.
 *
 * A hand-over shows as a gap on the thread that waits, closed soon after the other thread fell silent inside that gap.
 * `fwdbwd` flows and shared sequence numbers say which threads hand over to each other at all; between other threads
 * the gap has to be long and the timing close.
 */
import { lastAtMost } from "../../lib/sort.js";
import { Category, NONE, type Trace } from "../../trace/columns.js";
import type { CpuTasks } from "../cpu-tasks.js";
import { FROM_FINISH, type RankDraft } from "../draft.js";
import { EdgeKind, EXACT } from "../graph.js";

/** Gaps below this are a thread's own business, ns. */
const LEAST_GAP_NS = { linked: 20_000, unlinked: 100_000 } as const;
/** Between unlinked threads a hand-over takes at most this share of the gap that it ends. */
const UNLINKED_LAG_SHARE = 0.05;

/** A flow states that its end waited for its start; that the thread of the end then answers is a rule of ours. */
const CONFIDENCE = { flow: EXACT, answer: 230, sequence: 200, autograd: 170, gap: 80, spawned: 20 } as const;

/** Operators that only an autograd thread runs. */
const BACKWARD_NAME = /Backward\d*$|autograd::/;
/** A thread is an autograd thread if at least this share of its operators is backward's. */
const AUTOGRAD_SHARE = 0.1;

export function addInterThreadEdges(draft: RankDraft, trace: Trace, cpu: CpuTasks): void {
	if (cpu.threads.length < 2) return;
	const links = threadLinks(trace, cpu);
	const threads: Thread[] = cpu.threads.map(({ track, firstTask, taskCount }) => ({
		track,
		firstTask,
		starts: draft.startNs.subarray(firstTask, firstTask + taskCount),
		ends: draft.endNs.subarray(firstTask, firstTask + taskCount),
	}));
	for (const waiting of threads) {
		for (let i = 0; i < waiting.starts.length; i++) {
			const gapStart = i === 0 ? Number.NEGATIVE_INFINITY : waiting.ends[i - 1]!;
			const gapEnd = waiting.starts[i]!;
			if (gapEnd - gapStart < LEAST_GAP_NS.linked) continue;
			let best: HandOver | undefined;
			for (const other of threads) {
				if (other === waiting) continue;
				const confidence = links.get(linkKey(other.track, waiting.track)) ?? CONFIDENCE.gap;
				const linked = confidence !== CONFIDENCE.gap;
				if (!linked && (i === 0 || gapEnd - gapStart < LEAST_GAP_NS.unlinked)) continue;
				const last = lastAtMost(other.ends, gapEnd);
				if (last < 0 || other.ends[last]! <= gapStart) continue;
				// The other thread must have fallen silent: it is not in the middle of something when the gap ends.
				const silentUntil = other.starts[last + 1] ?? Number.POSITIVE_INFINITY;
				if (silentUntil < gapEnd) continue;
				const lag = gapEnd - other.ends[last]!;
				if (
					!linked &&
					(lag > UNLINKED_LAG_SHARE * (gapEnd - gapStart) || silentUntil - other.ends[last]! < LEAST_GAP_NS.unlinked)
				)
					continue;
				if (
					best &&
					(best.confidence > confidence || (best.confidence === confidence && best.endNs >= other.ends[last]!))
				)
					continue;
				best = { task: other.firstTask + last, endNs: other.ends[last]!, confidence };
			}
			if (!best && i === 0) best = spawner(threads, waiting, gapEnd);
			if (best) draft.addEdge(EdgeKind.interThread, best.task, FROM_FINISH, waiting.firstTask + i, best.confidence);
		}
	}
}

interface Thread {
	readonly track: number;
	readonly firstTask: number;
	readonly starts: Float64Array;
	readonly ends: Float64Array;
}

interface HandOver {
	readonly task: number;
	readonly endNs: number;
	readonly confidence: number;
}

/**
 * A thread that first shows in the middle of the capture was set going by something: by the last task that ended
 * before, for want of a better witness, so that it moves with the run instead of standing at a recorded time.
 */
function spawner(threads: readonly Thread[], spawned: Thread, atNs: number): HandOver | undefined {
	let best: HandOver | undefined;
	for (const other of threads) {
		if (other === spawned) continue;
		const last = lastAtMost(other.ends, atNs);
		if (last < 0 || (best && best.endNs >= other.ends[last]!)) continue;
		best = { task: other.firstTask + last, endNs: other.ends[last]!, confidence: CONFIDENCE.spawned };
	}
	return best;
}

const linkKey = (from: number, to: number): number => from * 0x10000 + to;

/** Which tracks hand over to which, because they run forward and backward of the same operators, and how that was seen. */
function threadLinks(trace: Trace, cpu: CpuTasks): Map<number, number> {
	const links = new Map<number, number>();
	const link = (forward: number, backward: number, there: number, back: number): void => {
		if (forward === backward) return;
		links.set(linkKey(forward, backward), there);
		links.set(linkKey(backward, forward), back);
	};
	const { forwardBackward: flows, events } = trace;
	for (let i = 0; i < flows.count; i++)
		link(flows.fromTrack[i]!, flows.toTrack[i]!, CONFIDENCE.flow, CONFIDENCE.answer);
	if (links.size > 0) return links;
	const trackOfSequence = new Map<number, number>();
	for (let row = 0; row < events.count; row++) {
		const sequence = events.sequence[row]!;
		if (sequence === NONE || events.category[row] !== Category.cpuOp) continue;
		const track = trackOfSequence.get(sequence);
		if (track === undefined) trackOfSequence.set(sequence, events.track[row]!);
		else link(track, events.track[row]!, CONFIDENCE.sequence, CONFIDENCE.sequence);
	}
	if (links.size > 0) return links;
	const autograd = autogradTracks(trace);
	for (const { track } of cpu.threads)
		for (const backward of autograd)
			if (!autograd.has(track)) link(track, backward, CONFIDENCE.autograd, CONFIDENCE.autograd);
	return links;
}

function autogradTracks(trace: Trace): Set<number> {
	const { events, strings } = trace;
	const isBackward = new Int8Array(strings.count).fill(-1);
	const operators = new Map<number, { all: number; backward: number }>();
	for (let row = 0; row < events.count; row++) {
		if (events.category[row] !== Category.cpuOp) continue;
		const name = events.name[row]!;
		if (isBackward[name]! < 0) isBackward[name] = BACKWARD_NAME.test(strings.get(name)) ? 1 : 0;
		const seen = operators.get(events.track[row]!) ?? { all: 0, backward: 0 };
		seen.all++;
		seen.backward += isBackward[name]!;
		operators.set(events.track[row]!, seen);
	}
	return new Set(
		[...operators].filter(([, seen]) => seen.backward > AUTOGRAD_SHARE * seen.all).map(([track]) => track),
	);
}
