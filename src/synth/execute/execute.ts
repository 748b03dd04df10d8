/**
 * Runs the programs of all ranks together and says when everything happened. A rank runs until it has to wait for
 * another and goes on when that one has come: every instruction and every piece of work is looked at a bounded number of
 * times, however many ranks there are. The order in which ranks are run does not change any time.
 */
import type { Program } from "../program/instructions.js";
import { Meetings } from "./meetings.js";
import { RankExecution, type RankTimes } from "./rank-execution.js";

/** Times of every program, ns since the first began. @throws Error where ranks wait for each other for ever. */
export function execute(programs: readonly Program[], seed: number): RankTimes[] {
	const meetings = new Meetings(seed);
	const runnable: RankExecution[] = [];
	const wake = (rank: RankExecution): void => {
		if (rank.queued) return;
		rank.queued = true;
		runnable.push(rank);
	};
	const ranks = programs.map((program) => new RankExecution(program, meetings, wake));
	runnable.push(...ranks);
	for (let rank = runnable.pop(); rank !== undefined; rank = runnable.pop()) {
		rank.run();
		rank.queued = false;
	}
	const stuck = ranks.filter((rank) => !rank.finished).map(({ rank }) => rank);
	if (stuck.length > 0 || meetings.openCount > 0)
		throw new Error(`ranks ${stuck.slice(0, 8)} (of ${stuck.length}) wait for each other`);
	return ranks.map(({ times }) => times);
}
