/**
 * Where ranks meet: a task that waits for many strands and belongs to none of them. It is parked on the last of those
 * that have not arrived.
 */

import { NONE } from "../layout";
import { missingAmong, pull, pulledBound, pulledLeft, pulledReady } from "./pull";
import { isSettled, settle } from "./settle";
import { edgesLeft, firstMeeting, park, rankStrands } from "./strands";

/** Settles a meeting that all have arrived at; parks it otherwise. */
export function followMeeting(index: u32): void {
	const task: u32 = firstMeeting + (index - rankStrands);
	if (isSettled(task)) return;
	const left = edgesLeft(index);
	let missing = left === NONE ? NONE : missingAmong(task, left);
	if (missing === NONE) missing = pull(task);
	if (missing === NONE) settle(task, pulledReady, pulledBound);
	else park(index, missing, task, pulledLeft);
}
