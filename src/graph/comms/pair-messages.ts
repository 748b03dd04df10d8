/**
 * Messages between two ranks of which nothing is recorded, by when they end. A stream may carry those of several peers
 * in any order, so that there are no sequences to lay upon each other: two ranks exchange messages if many end together.
 */
import { NONE } from "../../trace/columns.js";
import type { Comparable } from "./compare-sequences.js";
import type { Line } from "./lines.js";
import { median } from "./median.js";

/** An operation of each of two ranks. */
export type OpPair = readonly [a: number, b: number];

export interface MessagePairs {
	readonly lines: readonly [a: Line, b: Line];
	readonly pairs: readonly OpPair[];
}

export interface Vote {
	readonly pairs: readonly OpPair[];
	/** How far the differences of the ends are from their middle, ns. */
	readonly spreadNs: number;
}

/** How far the ends of a message may differ once the clocks are right, ns: the least that makes one difference stand out. */
const WINDOWS_NS = [1000, 2000, 5000, 10_000, 20_000];
/** Two ranks exchange messages if so many end together, and this part of those of the rank that has fewer. */
const LEAST_TOGETHER = 4;
const LEAST_PART = 0.2;
/** And so many times as many as would by chance. */
const BEYOND_CHANCE = 3;
/** Pairs that claim the same messages are told apart if one spreads so many times as much as the other. */
const CLEARLY_FURTHER = 1.5;
/** To tell a clock, no other difference may bring more than this part of them together. */
const MOST_RIVAL = 0.5;
const LEAST_PART_FOR_CLOCK = 0.4;
/** Without steps to go by, clocks are off by no more than this, ns. */
const WIDEST_NS = 50_000_000;

/** The messages of two ranks whose clocks are not known against each other, if one difference stands out. */
export function pairByVote(ranks: readonly Comparable[], a: Line, b: Line): Vote | undefined {
	const [here, there] = [ranks[a.rank]!, ranks[b.rank]!];
	const differences: { ns: number; pair: OpPair }[] = [];
	for (const x of a.ops) {
		for (const y of b.ops) {
			const ns = there.endNs[y]! - here.endNs[x]!;
			const known = here.step[x] !== NONE && there.step[y] !== NONE;
			if (known ? here.step[x] === there.step[y] : Math.abs(ns) <= WIDEST_NS) differences.push({ ns, pair: [x, y] });
		}
	}
	differences.sort((p, q) => p.ns - q.ns);
	const values = differences.map(({ ns }) => ns);
	const least = Math.max(LEAST_TOGETHER, LEAST_PART_FOR_CLOCK * Math.min(a.ops.length, b.ops.length));
	const best = WINDOWS_NS.map((width) => fullestWindow(values, width)).find(
		({ count, rival }) => count >= least && rival <= MOST_RIVAL * count,
	);
	if (!best) return undefined;
	const inside = differences.slice(best.first, best.first + best.count);
	const middle = median(inside.map(({ ns }) => ns));
	return {
		pairs: oneToOne(inside.map(({ pair }) => pair)),
		spreadNs: median(inside.map(({ ns }) => Math.abs(ns - middle))),
	};
}

/** Of ascending values the most within a width, and the most elsewhere. */
function fullestWindow(values: readonly number[], width: number): { first: number; count: number; rival: number } {
	const count = new Uint32Array(values.length);
	let end = 0;
	let best = 0;
	for (let i = 0; i < values.length; i++) {
		while (end < values.length && values[end]! - values[i]! <= width) end++;
		count[i] = end - i;
		if (count[i]! > count[best]!) best = i;
	}
	let rival = 0;
	for (let i = 0; i < values.length; i++)
		if (Math.abs(values[i]! - values[best]!) > 2 * width) rival = Math.max(rival, count[i]!);
	return { first: best, count: count[best] ?? 0, rival };
}

/** Each operation once, the first pair it is in. */
function oneToOne(pairs: readonly OpPair[]): OpPair[] {
	const left = new Set<number>();
	const right = new Set<number>();
	return pairs.filter(([x, y]) => {
		if (left.has(x) || right.has(y)) return false;
		left.add(x);
		right.add(y);
		return true;
	});
}

/**
 * The messages of ranks whose clocks are known: of the pairs of ranks whose messages end together those that are closest
 * first, each operation once.
 *
 * @param withinNs how far apart the ends of a message may be.
 * @param shared the collectives that two ranks have in common: those that share many run in step, so that what they send
 * to others ends together, too.
 */
export function pairByEnds(
	ranks: readonly Comparable[],
	lines: readonly Line[],
	connected: (a: number, b: number) => boolean,
	withinNs: number,
	shared: (a: number, b: number) => number,
): MessagePairs[] {
	const all = lines.flatMap((line) => Array.from(line.ops, (op) => ({ line, op, ns: ranks[line.rank]!.endNs[op]! })));
	all.sort((p, q) => p.ns - q.ns);
	const spanNs = all.length > 0 ? all.at(-1)!.ns - all[0]!.ns : 0;
	const found = new Map<string, { a: Line; b: Line; pairs: { pair: OpPair; ns: number }[] }>();
	for (let i = 0; i < all.length; i++) {
		for (let j = i + 1; j < all.length && all[j]!.ns - all[i]!.ns <= withinNs; j++) {
			const [first, second] = all[i]!.line.rank < all[j]!.line.rank ? [all[i]!, all[j]!] : [all[j]!, all[i]!];
			const { rank } = first.line;
			if (rank === second.line.rank || first.line.kind !== second.line.kind || !connected(rank, second.line.rank))
				continue;
			const key = `${rank} ${second.line.rank}`;
			const entry = found.get(key) ?? { a: first.line, b: second.line, pairs: [] };
			entry.pairs.push({ pair: [first.op, second.op], ns: second.ns - first.ns });
			found.set(key, entry);
		}
	}
	const candidates = [...found.values()]
		.map(({ a, b, pairs }) => {
			// Clocks may be off by more than ends are: it is the spread that tells.
			const middle = median(pairs.map(({ ns }) => ns));
			const off = pairs.map(({ pair, ns }) => ({ pair, ns: Math.abs(ns - middle) }));
			const opsOf = new Map([
				[a.rank, new Set(pairs.map(({ pair }) => pair[0]))],
				[b.rank, new Set(pairs.map(({ pair }) => pair[1]))],
			]);
			return { a, b, pairs: off, opsOf, spread: median(off.map(({ ns }) => ns)) };
		})
		.filter(({ a, b, pairs }) => {
			const fewer = Math.min(a.ops.length, b.ops.length);
			const chance = spanNs > 0 ? (2 * withinNs * a.ops.length * b.ops.length) / spanNs : 0;
			return (
				pairs.length >= Math.max(LEAST_TOGETHER, LEAST_PART * fewer, BEYOND_CHANCE * chance, shared(a.rank, b.rank))
			);
		})
		.sort((p, q) => p.spread - q.spread);
	const taken = new Map<number, Set<number>>();
	for (const { rank } of lines) taken.set(rank, new Set());
	return candidates.flatMap((candidate) => {
		const { a, b, pairs, spread } = candidate;
		const [takenA, takenB] = [taken.get(a.rank)!, taken.get(b.rank)!];
		const free = pairs.filter(({ pair }) => !takenA.has(pair[0]) && !takenB.has(pair[1])).sort((p, q) => p.ns - q.ns);
		const ops = oneToOne(free.map(({ pair }) => pair));
		if (ops.length < Math.max(LEAST_TOGETHER, LEAST_PART * Math.min(a.ops.length, b.ops.length))) return [];
		const inDoubt = candidates.some(
			(other) => other !== candidate && other.spread < CLEARLY_FURTHER * spread && compete(candidate, other),
		);
		if (inDoubt) return [];
		for (const [x, y] of ops) {
			takenA.add(x);
			takenB.add(y);
		}
		return [{ lines: [a, b] as const, pairs: ops.sort((p, q) => p[0] - q[0]) }];
	});
}

interface Claim {
	readonly opsOf: ReadonlyMap<number, ReadonlySet<number>>;
}

/** Whether most of what one pair of ranks claims of a rank is claimed by another pair, too. */
function compete({ opsOf }: Claim, other: Claim): boolean {
	return [...opsOf].some(([rank, ops]) => {
		const theirs = other.opsOf.get(rank);
		if (!theirs) return false;
		let both = 0;
		for (const op of ops) if (theirs.has(op)) both++;
		return both > ops.size / 2;
	});
}
