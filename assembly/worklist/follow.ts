/** Follows a strand as far as it goes. */

import { NONE } from "../layout";
import { firstWaitFrom, taskOfWait } from "./answers";
import { demand } from "./ask";
import { BLOCKED, DONE, found, setScope } from "./explore";
import { pull, pulledBound, pulledReady } from "./pull";
import { isSettled, settle } from "./settle";
import { endOf, finishStrand, nextTaskOf, park } from "./strands";

/** Settles the tasks of a strand in the order of their numbers; false where only the order of time can tell. */
export function follow(index: u32): boolean {
	const begin = nextTaskOf(index);
	const end = endOf(index);
	let wait = firstWaitFrom(begin);
	let asker = taskOfWait(wait);
	for (let task = begin; task < end; ) {
		if (isSettled(task)) {
			task++;
			continue;
		}
		while (asker < task) {
			wait++;
			asker = taskOfWait(wait);
		}
		let missing: u32 = NONE;
		if (task !== asker) {
			missing = pull(task);
			if (missing === NONE) {
				settle(task, pulledReady, pulledBound);
				task++;
				continue;
			}
		}
		// A task that asks, or that needs one of this strand with a higher number, settles that ahead of its turn.
		if (task === asker || (missing >= begin && missing < end)) {
			setScope(begin, end);
			const outcome = demand(task);
			if (outcome === DONE) continue;
			if (outcome !== BLOCKED) return false;
			missing = found;
		}
		park(index, missing, task, NONE);
		return true;
	}
	finishStrand(index);
	return true;
}
