/** How large the graph of a plan is, and where its parts begin. */
import { GROUP_ROLES } from "../block.js";
import { countItems } from "../item-counts.js";
import { type ExecutionPlan, NO_GROUP } from "../program.js";

export interface PlanSize {
	readonly taskCount: number;
	readonly edgeCount: number;
	readonly waitCount: number;
	/** First task of every program, and behind the last one the first rendezvous. */
	readonly rankBegin: Uint32Array;
	/** First edge of the rendezvous. */
	readonly meetingEdges: number;
	/** Of every group: rendezvous before its first one, those of all messages among them. */
	readonly groupBegin: Uint32Array;
	/** The same for edges. */
	readonly groupEdges: Uint32Array;
}

/** @throws Error where the ranks of a group do not meet equally often: a mistake of who made the plan. */
export function sizePlan({ blockLibrary, programs, messageCount, groupSize }: ExecutionPlan): PlanSize {
	const { blocks } = blockLibrary;
	const rankBegin = new Uint32Array(programs.length + 1);
	const opsOfGroup = new Int32Array(groupSize.length).fill(-1);
	let taskCount = 0;
	let edgeCount = 0;
	let waitCount = 0;
	programs.forEach((program, p) => {
		rankBegin[p] = taskCount;
		// The source of the rank.
		taskCount++;
		const meetings = new Uint32Array(GROUP_ROLES.length);
		const { ids, uses } = countItems(program.block);
		ids.forEach((id, i) => {
			const block = blocks[id]!;
			const times = uses[i]!;
			taskCount += times * block.taskCount;
			edgeCount += times * block.edgeCount;
			waitCount += times * block.waitTask.length;
			for (const role of block.meetings.role) meetings[role]! += times;
		});
		program.group.forEach((group, role) => {
			if (group === NO_GROUP) return;
			if (opsOfGroup[group]! < 0) opsOfGroup[group] = meetings[role]!;
			else if (opsOfGroup[group] !== meetings[role])
				throw new Error(
					`rank ${program.rank} meets its ${GROUP_ROLES[role]} group ${meetings[role]} times, others ${opsOfGroup[group]}`,
				);
		});
	});
	rankBegin[programs.length] = taskCount;

	const meetingEdges = edgeCount;
	const groupBegin = new Uint32Array(groupSize.length + 1);
	const groupEdges = new Uint32Array(groupSize.length + 1);
	groupBegin[0] = messageCount;
	groupEdges[0] = 2 * messageCount;
	groupSize.forEach((size, group) => {
		const ops = Math.max(0, opsOfGroup[group]!);
		groupBegin[group + 1] = groupBegin[group]! + ops;
		groupEdges[group + 1] = groupEdges[group]! + ops * size;
	});
	return {
		taskCount: taskCount + groupBegin[groupSize.length]!,
		edgeCount: edgeCount + groupEdges[groupSize.length]!,
		waitCount,
		rankBegin,
		meetingEdges,
		groupBegin,
		groupEdges,
	};
}
