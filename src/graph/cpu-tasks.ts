/**
 * CPU threads as tasks: nested operators and runtime calls are flattened to exclusive segments, so that "the next task
 * of the thread" means something; what lies between segments stays as the delay of the edge between them.
 *
 * Annotations and Python frames are no tasks: they name time, they do not spend it. Steps leave markers.
 */
import { groupRows, selectRows, sortRows } from "../lib/sort.js";
import { Category, NONE, type Trace } from "../trace/columns.js";
import type { Calls } from "./calls.js";
import type { RankDraft } from "./draft.js";
import type { LaunchQueue } from "./launch-queue.js";
import { type Marker, ThreadBuilder } from "./thread-builder.js";

export interface CpuTasks {
	/** First task of a CPU row, or NONE (rows without own time and without effect leave no task). */
	readonly firstTask: Int32Array;
	/** The syncReturn of a blocking call, or of a call that waits for its place in the launch queue; or NONE. */
	readonly returnTask: Int32Array;
	/** Of a launching row: the shapes (`Input Dims`) of the operator it works for, 0 where none are recorded. */
	readonly launchShape: Uint32Array;
	/** Each thread's tasks: consecutive, in order. */
	readonly threads: readonly {
		readonly processor: number;
		readonly track: number;
		readonly firstTask: number;
		readonly taskCount: number;
	}[];
	/** Per step of the trace: its marker tasks, or NONE. */
	readonly stepBegin: Int32Array;
	readonly stepEnd: Int32Array;
}

export function addCpuTasks(draft: RankDraft, trace: Trace, calls: Calls, queue: LaunchQueue): CpuTasks {
	const { events, steps } = trace;
	const firstTask = new Int32Array(events.count).fill(NONE);
	const returnTask = new Int32Array(events.count).fill(NONE);
	const launchShape = new Uint32Array(events.count);
	const stepBegin = new Int32Array(steps.length).fill(NONE);
	const stepEnd = new Int32Array(steps.length).fill(NONE);

	const stepNames = new Set(steps.map(({ step }) => trace.strings.find(`ProfilerStep#${step}`)));
	// The 2021 dialect writes step ranges as operators.
	const isTask = (row: number): boolean =>
		(events.category[row] === Category.cpuOp || events.category[row] === Category.runtime) &&
		!stepNames.has(events.name[row]!);
	const threads = [];
	const rows = selectRows(events.count, isTask);
	const rowsOf = groupRows(rows, (row) => events.track[row]!);
	// A step may be all that its thread shows.
	for (const { track } of steps) if (track !== NONE && !rowsOf.has(track)) rowsOf.set(track, new Uint32Array(0));
	for (const [track, unsorted] of rowsOf) {
		const sorted = sortRows(unsorted, events.startNs, events.durNs);
		const markers: Marker[] = [];
		steps.forEach((step, s) => {
			if (step.track !== track) return;
			const name = stepName(trace, step.step);
			markers.push({ atNs: step.startNs, name, place: (task) => (stepBegin[s] = task) });
			markers.push({ atNs: step.endNs, name, place: (task) => (stepEnd[s] = task) });
		});
		markers.sort((a, b) => a.atNs - b.atNs);
		const { pid, tid, name, processName } = trace.tracks[track]!;
		const processor = draft.addProcessor({
			rank: draft.rank,
			kind: "thread",
			id: tid,
			name: name || processName || `${pid}/${tid}`,
		});
		const first = draft.taskCount;
		new ThreadBuilder(draft, trace, calls, queue, processor, markers, firstTask, returnTask, launchShape).flatten(
			sorted,
		);
		threads.push({ processor, track, firstTask: first, taskCount: draft.taskCount - first });
	}
	return { firstTask, returnTask, launchShape, threads, stepBegin, stepEnd };
}

function stepName(trace: Trace, step: number | "all"): number {
	return Math.max(0, trace.strings.find(`ProfilerStep#${step}`));
}
