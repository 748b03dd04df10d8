/** From the trace of one rank to its block: facts about calls, tasks, dependencies kind by kind, numbers and delays. */
import { Category, type Trace } from "../../trace/columns.js";
import type { KernelClassTable } from "../../trace/kernel-classes.js";
import type { Calls } from "../calls.js";
import { noComms, rankComms } from "../comms/rank-comms.js";
import { addCpuTasks } from "../cpu-tasks.js";
import { addBlockingEdges } from "../deps/blocking.js";
import { addInterStreamEdges } from "../deps/inter-stream.js";
import { addInterThreadEdges } from "../deps/inter-thread.js";
import { alignDeviceClock } from "../device-clock.js";
import { addDeviceTasks } from "../device-tasks.js";
import { RankDraft } from "../draft.js";
import { firstNs } from "../first-moment.js";
import { KernelKinds } from "../kernel-kinds.js";
import { findLaunchQueue } from "../launch-queue.js";
import { SyncRows } from "../sync-rows.js";
import type { RankBlock } from "./block.js";
import { finishDraft, stepsOf } from "./finish.js";
import { labelTasks, orderLabels } from "./labels.js";

export interface DraftOptions {
	/** Classes of kernels beyond the built-in table. */
	readonly kernelClasses?: KernelClassTable | undefined;
	/** Other ranks of the job are read too, so that communication may meet theirs. */
	readonly meets: boolean;
	/** Columns in shared memory. @default false */
	readonly shared?: boolean;
	/** Say what part of a step each task belongs to. @default false */
	readonly labels?: boolean | undefined;
}

export function draftRank(
	recorded: Trace,
	{ kernelClasses, meets, shared = false, labels = false }: DraftOptions,
): RankBlock {
	const { trace, calls, history, deviceShiftNs } = alignDeviceClock(recorded);
	const kinds = new KernelKinds(trace.strings, kernelClasses);
	const comms = meets ? rankComms(trace, calls, kinds) : noComms(trace);
	const joins = new Uint8Array(trace.events.count);
	for (const row of comms.row) joins[row] = 1;

	const queue = findLaunchQueue(trace, calls);
	const syncRows = new SyncRows(trace, calls);
	const first = firstNs(trace);
	const draft = new RankDraft(trace.rank, mostTasks(trace, calls, comms.count), trace.strings.count, first);
	const cpu = addCpuTasks(draft, trace, calls, queue);
	const device = addDeviceTasks(draft, trace, calls, history, cpu, kinds, (row) => joins[row] === 1);
	addBlockingEdges(draft, trace, calls, cpu, device, history, syncRows, queue);
	addInterStreamEdges(draft, trace, calls, device, history, syncRows);
	addInterThreadEdges(draft, trace, cpu);

	const { columns, strings, edgeCount, position, droppedEdges, backwardNs } = finishDraft(draft, trace, shared);
	return {
		labels: labels ? orderLabels(labelTasks(draft, trace, cpu), position) : undefined,
		rank: trace.rank,
		worldSize: trace.worldSize,
		path: trace.path,
		deviceName: trace.deviceName,
		baseNs: trace.baseNs,
		firstNs: first,
		taskCount: draft.taskCount,
		edgeCount,
		columns,
		processors: draft.processors,
		steps: stepsOf(trace, cpu, position),
		strings,
		comms: { ...comms, row: comms.row.map((row) => position[device.taskOf[row]!]!) },
		warnings: trace.warnings,
		droppedEdges,
		deviceShiftNs,
		backwardNs,
	};
}

/**
 * A CPU row leaves at most its last segment and one of its parent's; a launch may wait for its place in the queue, a
 * blocking call returns; device work is one task, or arrival and transfer; a step has two markers, each of which may
 * cut a segment.
 */
function mostTasks(trace: Trace, calls: Calls, joining: number): number {
	const { count, category } = trace.events;
	let tasks = calls.device.length + joining + calls.launches.length + 4 * trace.steps.length;
	for (let row = 0; row < count; row++) {
		if (category[row] === Category.cpuOp || category[row] === Category.runtime) tasks += 2;
		if (calls.blocks[row] === 1) tasks++;
	}
	return tasks;
}
