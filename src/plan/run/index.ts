/**
 * Runs a plan without writing its graph out: every task of every block instance is settled, one after the other, in the
 * work space of its rank; a rank is followed until it must wait for another. The times are those that the engine gives
 * for the instantiated graph, to the bit; only the ends of each rank are kept. For sweeps and fits, which need little of
 * very many plans.
 */
import type { ExecutionPlan } from "../program.js";
import { compileBlock, workSpaceOf } from "./compiled-block.js";
import type { DeviceLog } from "./device-log.js";
import { MeetingTimes } from "./meeting-times.js";
import { RankRun } from "./rank-run.js";

export interface PlanTimes {
	/** The latest finish of all tasks that are on a lane, ns. */
	readonly makespanNs: number;
	/** The same for each program. */
	readonly finishNs: Float64Array;
	/** Tasks that were settled, without sources and rendezvous. */
	readonly taskCount: number;
}

export interface PlanLaneTimes extends PlanTimes {
	/** When a program is done with what it has on a lane; -Infinity where it has nothing there. */
	readonly laneFinishNs: (program: number, lane: number) => number;
}

/**
 * @param log gets what the devices do
 * @throws Error for plans with runtime dependencies, which only the engine resolves, and for ranks that wait for ever.
 */
export function runPlan(plan: ExecutionPlan, log?: DeviceLog): PlanLaneTimes {
	const { blockLibrary, programs } = plan;
	if (blockLibrary.blocks.some(({ waitTask }) => waitTask.length > 0))
		throw new Error("a plan with runtime dependencies needs the engine: instantiate it");
	const lanes = blockLibrary.lanes.length;
	const compiled = blockLibrary.blocks.map((block) => compileBlock(block, lanes));
	const room = blockLibrary.blocks.reduce((most, block) => Math.max(most, workSpaceOf(block, lanes)), 0);
	const meetings = new MeetingTimes(plan);
	const ranks = programs.map((program, p) => new RankRun(program, compiled, lanes, room, log?.ranks[p]));
	const ready = programs.map((_, p) => p).reverse();
	for (let p = ready.pop(); p !== undefined; p = ready.pop()) ranks[p]!.run(p, meetings, ready);
	const stuck = ranks.find((rank) => !rank.isDone);
	if (stuck) throw new Error(`rank ${stuck.program.rank} waits for ever for somebody who does not come`);
	const finishNs = Float64Array.from(ranks, (rank) => rank.finishNs);
	return {
		makespanNs: finishNs.reduce((latest, ns) => Math.max(latest, ns), 0),
		finishNs,
		laneFinishNs: (program, lane) => ranks[program]!.laneFinishNs(lane),
		taskCount: ranks.reduce((sum, rank) => sum + rank.taskCount, 0),
	};
}
