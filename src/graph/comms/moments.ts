/** Single operations of several ranks that end together, on the common clock. */
import type { Comparable } from "./compare-sequences.js";
import type { Line } from "./lines.js";
import type { MatchSink } from "./match-columns.js";

/** An operation of a rank at hand. */
export interface RankOp {
	readonly rank: number;
	readonly op: number;
}

/** Moments of one kernel are told apart where ends stand this many times further from each other than one takes. */
const CLEAR = 3;

/**
 * Operations that run the same kernel and end together on the common clock, each rank once, where no other end is near:
 * for kernels so rare that this is no chance.
 */
export function momentsOf(ranks: readonly Comparable[], lines: readonly Line[], withinNs: number): RankOp[][] {
	const kernels = new Map<number, (RankOp & { readonly ns: number })[]>();
	for (const { rank, ops } of lines) {
		for (const op of ops) {
			const kernel = ranks[rank]!.kernel[op]!;
			kernels.set(kernel, [...(kernels.get(kernel) ?? []), { rank, op, ns: ranks[rank]!.endNs[op]! }]);
		}
	}
	return [...kernels.values()].flatMap((ops) => {
		ops.sort((p, q) => p.ns - q.ns);
		const moments: RankOp[][] = [];
		for (let first = 0; first < ops.length; ) {
			let end = first + 1;
			while (end < ops.length && ops[end]!.ns - ops[first]!.ns <= withinNs) end++;
			const moment = ops.slice(first, end);
			const before = first === 0 || ops[first]!.ns - ops[first - 1]!.ns > CLEAR * withinNs;
			const after = end === ops.length || ops[end]!.ns - ops[end - 1]!.ns > CLEAR * withinNs;
			const distinct = new Set(moment.map(({ rank }) => rank)).size === moment.length;
			if (before && after && distinct && moment.length > 1) moments.push(moment.sort((p, q) => p.rank - q.rank));
			first = end;
		}
		return moments;
	});
}

/** Matches of channels that were found by time, one after another. */
export class Moments implements MatchSink {
	private readonly moments: {
		readonly channel: number;
		readonly members: readonly RankOp[];
		readonly kernel: number;
		readonly ns: number;
	}[] = [];
	private open: RankOp[] = [];
	private readonly sizes: number[] = [];

	constructor(private readonly ranks: readonly Comparable[]) {}

	/** The matches that follow are of another channel. */
	nextChannel(): void {
		this.sizes.push(0);
	}

	member(rank: number, op: number): void {
		this.open.push({ rank, op });
	}

	close(): void {
		const { rank, op } = this.open[0]!;
		const { kernel, endNs } = this.ranks[rank]!;
		const channel = this.sizes.length - 1;
		this.moments.push({ channel, members: this.open, kernel: kernel[op]!, ns: endNs[op]! });
		this.sizes[channel]!++;
		this.open = [];
	}

	/**
	 * The members of each match. What several channels seem to do at the same moment with the same kernel is one operation
	 * of a communicator that has all their ranks (and a part in all their streams), where that is no habit of theirs.
	 */
	merged(withinNs: number): RankOp[][] {
		const sorted = [...this.moments].sort((p, q) => p.kernel - q.kernel || p.ns - q.ns);
		const groups: (typeof sorted)[] = [];
		for (const moment of sorted) {
			const last = groups.at(-1);
			const together = last && last[0]!.kernel === moment.kernel && moment.ns - last[0]!.ns <= withinNs;
			if (together) last.push(moment);
			else groups.push([moment]);
		}
		const channelsOf = (some: typeof sorted): number => new Set(some.map(({ channel }) => channel)).size;
		const all = new Map<number, typeof sorted>();
		for (const moment of sorted) {
			const same = all.get(moment.kernel);
			if (same) same.push(moment);
			else all.set(moment.kernel, [moment]);
		}
		const least = new Map([...all].map(([kernel, of]) => [kernel, Math.max(LEAST_CHANNELS, channelsOf(of) / 2)]));
		const isShared = (group: typeof sorted): boolean => channelsOf(group) >= least.get(group[0]!.kernel)!;
		const often = new Uint32Array(this.sizes.length);
		for (const group of groups.filter(isShared)) for (const { channel } of group) often[channel]!++;
		return groups.flatMap((group) => {
			const members = group.flatMap((moment) => moment.members);
			const whole =
				isShared(group) &&
				group.every(({ channel }) => often[channel]! <= MOST_SHARED * this.sizes[channel]!) &&
				new Set(members.map(({ rank }) => rank)).size === members.length;
			return whole ? [members.sort((p, q) => p.rank - q.rank)] : group.map((moment) => [...moment.members]);
		});
	}
}

/** Fewer channels may end something together by chance; and it is half of all that run the kernel. */
const LEAST_CHANNELS = 3;
/** Channels that do this part of their operations together run in step. */
const MOST_SHARED = 0.2;
