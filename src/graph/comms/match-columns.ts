/** Matched operations in flat form: which operation of which rank belongs to which match. */

/** How the members of a match were found to belong together. */
export const MatchHow = {
	/** The process group and its sequence number. */
	seq: 0,
	/** The process group (or pair of ranks), what was called, and the order. */
	order: 1,
	/** What ran, how large, and when it ended. */
	sizeTime: 2,
} as const;
export type MatchHow = (typeof MatchHow)[keyof typeof MatchHow];

export interface MatchColumns {
	readonly count: number;
	/** Members of match m are [offset[m], offset[m + 1]). */
	readonly offset: Uint32Array;
	/** Index of the rank among those at hand; ascending within a match. */
	readonly memberRank: Uint32Array;
	/** Row in that rank's `RankComms`. */
	readonly memberOp: Uint32Array;
	readonly how: Uint8Array;
	/** Ranks that take part in the job, at hand or not. */
	readonly expected: Uint32Array;
	/** 1 where one member may end before the others begin: sends, broadcasts, whatever flows one way. */
	readonly oneWay: Uint8Array;
}

/** Takes matches one after another: the members of each, then `close`. */
export interface MatchSink {
	member(rank: number, op: number): void;
	close(how: MatchHow, expected: number, oneWay: boolean): void;
}

export class MatchBuilder implements MatchSink {
	private readonly offset: number[];
	private readonly memberRank: number[];
	private readonly memberOp: number[];
	private readonly how: number[];
	private readonly expected: number[];
	private readonly oneWay: number[];

	/** @param begun matches to begin with. */
	constructor(begun?: MatchBuilder) {
		this.offset = begun?.offset.slice() ?? [0];
		this.memberRank = begun?.memberRank.slice() ?? [];
		this.memberOp = begun?.memberOp.slice() ?? [];
		this.how = begun?.how.slice() ?? [];
		this.expected = begun?.expected.slice() ?? [];
		this.oneWay = begun?.oneWay.slice() ?? [];
	}

	/** A member of the match that `close` ends. */
	member(rank: number, op: number): void {
		this.memberRank.push(rank);
		this.memberOp.push(op);
	}

	close(how: MatchHow, expected: number, oneWay: boolean): void {
		this.offset.push(this.memberRank.length);
		this.how.push(how);
		this.expected.push(expected);
		this.oneWay.push(oneWay ? 1 : 0);
	}

	finish(): MatchColumns {
		return {
			count: this.how.length,
			offset: Uint32Array.from(this.offset),
			memberRank: Uint32Array.from(this.memberRank),
			memberOp: Uint32Array.from(this.memberOp),
			how: Uint8Array.from(this.how),
			expected: Uint32Array.from(this.expected),
			oneWay: Uint8Array.from(this.oneWay),
		};
	}
}

/** Nobody meets anybody. */
export const noMatches: MatchColumns = new MatchBuilder().finish();
