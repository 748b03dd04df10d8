/**
 * Brings the members of collectives and transfers together. A meeting ends everywhere one wire time after its last
 * member could start, but members see that at slightly different instants.
 */
import { latency } from "../costs.js";
import { uniformOf } from "../random.js";

/** Who takes part. */
export interface Member {
	readonly rank: number;
	/** One of the meetings of `work` is over. */
	endMeeting(work: number, endNs: number): void;
}

interface Meeting {
	readonly members: Member[];
	readonly works: number[];
	lastNs: number;
}

export class Meetings {
	readonly #open = new Map<number, Meeting>();

	constructor(readonly seed: number) {}

	/** Meetings that somebody has not come to. */
	get openCount(): number {
		return this.#open.size;
	}

	/** `work` of a member could start at `atNs`. When all `size` have come, each is told when it ends. */
	arrive(key: number, size: number, wireNs: number, member: Member, work: number, atNs: number): void {
		let meeting = this.#open.get(key);
		if (meeting === undefined) {
			meeting = { members: [], works: [], lastNs: atNs };
			this.#open.set(key, meeting);
		}
		meeting.members.push(member);
		meeting.works.push(work);
		meeting.lastNs = Math.max(meeting.lastNs, atNs);
		if (meeting.members.length < size) return;
		this.#open.delete(key);
		for (const [i, one] of meeting.members.entries()) {
			const jitterNs = Math.floor(uniformOf(this.seed, key, one.rank) * latency.collectiveEnd);
			one.endMeeting(meeting.works[i]!, meeting.lastNs + wireNs + jitterNs);
		}
	}
}
