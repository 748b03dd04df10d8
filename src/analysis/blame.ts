/**
 * Why a rank was late. The last to arrive at a meeting and the one before it both have a chain of legs behind them, back
 * to a meeting that they share: from there on, what the one did longer than the other is why it was late. Legs of the
 * late chain that other ranks went are delays that it inherited: it waited for them in an earlier collective. Where the
 * chains went different ways, what lies behind a receive is nobody's fault: a stage of a pipeline has its turn after others.
 */
import { CAUSES, Cause, NO_MEETING } from "./legs.js";
import { type Lateness, type Meetings, NO_ARRIVAL } from "./meetings.js";
import type { Pipelines } from "./pipelines.js";

/** Chains that share nothing for longer than this are compared up to here: what is left counts as the legs before it. */
const MOST_LEGS = 5000;

export class Blame {
	/** Stands for the pipeline among the ranks. */
	readonly pipeline: number;
	/** The ranks (indices) that are why, after `trace`; the pipeline may be among them. */
	readonly ranks: number[] = [];
	/** By rank, CAUSES entries each: how much of the lead it caused, ns; 0 for all ranks but those. */
	readonly #sharesNs: Float64Array;
	/** By rank: the last trace in which it came up. */
	readonly #tracedIn: Uint32Array;
	#trace = 0;
	readonly #meetings: Meetings;
	readonly #lateness: Lateness;
	readonly #isPointToPoint: Uint8Array;
	readonly #late: number[] = [];
	readonly #early: number[] = [];
	readonly #lateNs = new Float64Array(CAUSES);
	readonly #earlyNs = new Float64Array(CAUSES);

	constructor(meetings: Meetings, lateness: Lateness, { isPointToPoint }: Pipelines, ranks: number) {
		this.#meetings = meetings;
		this.#lateness = lateness;
		this.#isPointToPoint = isPointToPoint;
		this.pipeline = ranks;
		this.#sharesNs = new Float64Array(CAUSES * (ranks + 1));
		this.#tracedIn = new Uint32Array(ranks + 1);
	}

	shareNs(rank: number, cause: number): number {
		return this.#sharesNs[CAUSES * rank + cause]!;
	}

	/** All causes together. */
	rankNs(rank: number): number {
		let sum = 0;
		for (let cause = 0; cause < CAUSES; cause++) sum += this.shareNs(rank, cause);
		return sum;
	}

	/** Splits the lead of the last at a meeting of two or more; the shares add up to it. */
	trace(meeting: number): void {
		for (const rank of this.ranks) this.#sharesNs.fill(0, CAUSES * rank, CAUSES * (rank + 1));
		this.ranks.length = 0;
		this.#trace++;
		const lead = this.#lateness.leadNs[meeting]!;
		if (lead <= 0) return;
		this.#walk(meeting);
		if (this.#haveOneForm()) this.#compareLegs();
		else this.#compareSums();
		this.#scaleTo(lead, this.#meetings.rank[this.#lateness.last[meeting]!]!);
	}

	/** Collects the legs of both chains, the last ones first. */
	#walk(meeting: number): void {
		const { previous } = this.#meetings;
		const { last, second, metNs } = this.#lateness;
		const late = this.#late;
		const early = this.#early;
		late.length = 0;
		early.length = 0;
		late.push(last[meeting]!);
		early.push(second[meeting]!);
		let ofLate = previous[late[0]!]!;
		let ofEarly = previous[early[0]!]!;
		// The chain that has the later meeting steps back: so neither passes by one that they share.
		while (ofLate !== ofEarly && late.length + early.length < MOST_LEGS) {
			const stepsLate = ofEarly === NO_MEETING || (ofLate !== NO_MEETING && metNs[ofLate]! >= metNs[ofEarly]!);
			const came = last[stepsLate ? ofLate : ofEarly]!;
			if (came === NO_ARRIVAL) break;
			(stepsLate ? late : early).push(came);
			if (stepsLate) ofLate = previous[came]!;
			else ofEarly = previous[came]!;
		}
	}

	/** Whether both chains went the same way: as many legs, with receives at the same places. */
	#haveOneForm(): boolean {
		if (this.#late.length !== this.#early.length) return false;
		return this.#late.every((row, i) => this.#beginsWithReceive(row) === this.#beginsWithReceive(this.#early[i]!));
	}

	#beginsWithReceive(row: number): boolean {
		const before = this.#meetings.previous[row]!;
		return before !== NO_MEETING && this.#isPointToPoint[before] === 1;
	}

	/** Chains of one form: leg by leg. Stages that have their turn at the same place cannot blame the pipeline. */
	#compareLegs(): void {
		const { rank, spentNs } = this.#meetings;
		this.#late.forEach((row, i) => {
			const at = CAUSES * this.#enter(rank[row]!);
			for (let cause = 0; cause < CAUSES; cause++)
				this.#sharesNs[at + cause]! += spentNs[CAUSES * row + cause]! - spentNs[CAUSES * this.#early[i]! + cause]!;
		});
	}

	/** Chains that went different ways: cause by cause, each leg in proportion to what it took. */
	#compareSums(): void {
		const { rank, spentNs } = this.#meetings;
		const late = this.#sumUp(this.#late, this.#lateNs);
		const early = this.#sumUp(this.#early, this.#earlyNs);
		let behindReceive = false;
		for (const row of this.#late) {
			const received = this.#beginsWithReceive(row);
			const whose = this.#enter(behindReceive ? this.pipeline : rank[row]!);
			// The leg begins with what it received on the wire.
			const wire = received ? this.#enter(this.pipeline) : whose;
			for (let cause = 0; cause < CAUSES; cause++) {
				if (late[cause]! <= 0) continue;
				const share = spentNs[CAUSES * row + cause]! * (1 - early[cause]! / late[cause]!);
				this.#sharesNs[CAUSES * (cause === Cause.communicating ? wire : whose) + cause]! += share;
			}
			behindReceive ||= received;
		}
	}

	#sumUp(rows: readonly number[], sums: Float64Array): Float64Array {
		sums.fill(0);
		for (const row of rows)
			for (let cause = 0; cause < CAUSES; cause++) sums[cause]! += this.#meetings.spentNs[CAUSES * row + cause]!;
		return sums;
	}

	#enter(rank: number): number {
		if (this.#tracedIn[rank] !== this.#trace) {
			this.#tracedIn[rank] = this.#trace;
			this.ranks.push(rank);
		}
		return rank;
	}

	/** What ranks and causes took longer, in proportion, such that all is the lead; what they took less made up for some of it. */
	#scaleTo(lead: number, lateRank: number): void {
		let longer = 0;
		for (const rank of this.ranks) longer += Math.max(0, this.rankNs(rank));
		if (longer <= 0) {
			for (const rank of this.ranks) this.#sharesNs.fill(0, CAUSES * rank, CAUSES * (rank + 1));
			this.#sharesNs[CAUSES * lateRank + CAUSES - 1] = lead;
			return;
		}
		for (const rank of this.ranks) {
			const own = (lead * Math.max(0, this.rankNs(rank))) / longer;
			let positive = 0;
			for (let cause = 0; cause < CAUSES; cause++) positive += Math.max(0, this.shareNs(rank, cause));
			for (let cause = 0; cause < CAUSES; cause++) {
				const share = Math.max(0, this.shareNs(rank, cause));
				this.#sharesNs[CAUSES * rank + cause] = own > 0 ? (own * share) / positive : 0;
			}
		}
	}
}
