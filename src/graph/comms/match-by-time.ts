/**
 * Operations of which nothing is recorded but what ran and when: matched by size and time.
 *
 * First whole streams: those of one communicator run the same kernels and end them together, whatever the clocks say.
 * That gives clocks, or betters them. Then, with the clocks, what is too rare to tell by itself, and messages, which
 * one stream may exchange with several peers.
 */
import { NONE } from "../../trace/columns.js";
import { type AlignedChannel, alignChannel } from "./align-channel.js";
import { alignClocks, type Clocks } from "./clocks.js";
import { clusterLines, RankPairs } from "./cluster-lines.js";
import type { Comparable } from "./compare-sequences.js";
import { confirmChannel } from "./confirm-channel.js";
import { joinConfirmed, joinTrusted } from "./join-channels.js";
import { clockDifferences, onCommonClock, plausibleNs } from "./known-clocks.js";
import { endDistance, evenSpreadDistance, type Line, linesOf, spreadDistance } from "./lines.js";
import { MatchBuilder, MatchHow } from "./match-columns.js";
import { Moments, momentsOf, type RankOp } from "./moments.js";
import { type OpPair, pairByEnds, pairByVote, type Vote } from "./pair-messages.js";
import type { RankComms } from "./rank-comms.js";

/** Messages between two ranks run as this kernel. */
const MESSAGE_KERNEL = /SendRecv|Kernel_Generic/i;
/** Ends on the common clock agree within this many median residuals, and within … */
const TOGETHER_RESIDUALS = 6;
/** … so much at least and at most, ns. */
const TOGETHER_NS = [3000, 50_000] as const;
/** Rare operations must end this many times closer. */
const EXACTLY = 3;
/** Of two sets of ranks so many of each are tried against each other. */
const MOST_TRIED = 16;

/**
 * Adds what it finds to `builder`, which holds the matches of all other operations.
 *
 * @param recorded the ranks on the clocks that their recorders show.
 * @param open per rank, 1 for the operations to match; those that are found are cleared.
 */
export function matchByTime(
	comms: readonly RankComms[],
	recorded: readonly Comparable[],
	open: readonly Uint8Array[],
	builder: MatchBuilder,
): void {
	const isMessage = comms.map(({ kernel, strings }) => {
		const named = strings.map((name) => MESSAGE_KERNEL.test(name));
		return Uint8Array.from(kernel, (name) => (named[name] ? 1 : 0));
	});
	const onlyMessages = ({ rank, ops }: Line): boolean => Array.prototype.every.call(ops, (op) => isMessage[rank]![op]);
	let clocks = alignClocks(comms, builder.finish());
	let ranks = onCommonClock(comms, recorded, clocks);
	let expected = clockDifferences(clocks, plausibleNs(clocks).usuallyNs);
	const channels: AlignedChannel[] = [];
	const take = (clusters: readonly Line[][]): void => {
		for (const cluster of clusters) {
			const channel = { group: NONE, from: NONE, to: NONE, size: cluster.length, members: cluster };
			channels.push(alignChannel(comms, ranks, channel, expected));
			for (const { rank, ops } of cluster) for (const op of ops) open[rank]![op] = 0;
		}
	};
	const inStep = new RankPairs();
	const spread = spreadDistance(ranks, expected);
	const lines = (byKernel: boolean): Line[] =>
		linesOf(comms, ranks, open, byKernel).filter((line) => !onlyMessages(line));
	take(clusterLines(recorded, lines(false), evenSpreadDistance(ranks, spread), inStep));
	take(clusterLines(recorded, lines(true), spread, inStep));
	const untouched = lines(false).filter(({ rank, ops }) => {
		const { stream } = comms[rank]!;
		return ops.length === countOf(stream, stream[ops[0]!]!);
	});
	take(clusterLines(recorded, untouched, spread, inStep));
	const known = new MatchBuilder(builder);
	joinTrusted(ranks, channels, known);
	const messages = linesOf(comms, recorded, open, true).filter(onlyMessages);
	for (const { lines, pairs } of connectSets(recorded, messages, alignClocks(comms, known.finish())))
		addPairs(lines, pairs, known);

	clocks = alignClocks(comms, known.finish());
	ranks = onCommonClock(comms, recorded, clocks);
	expected = clockDifferences(clocks, plausibleNs(clocks).usuallyNs);
	const together = Math.max(
		TOGETHER_NS[0],
		Math.min(TOGETHER_NS[1], TOGETHER_RESIDUALS * (clocks.medianResidualNs || 0)),
	);
	const connected = (a: number, b: number): boolean => clocks.component[a] === clocks.component[b];
	const rare = lines(true);
	const scattered = new Set(
		rare.filter((line) => !connected(line.rank, firstOf(rare, line).rank)).map(({ kind }) => kind),
	);
	const comparable = rare.filter(({ kind }) => !scattered.has(kind));
	const exact = together / EXACTLY;
	const clusters = clusterLines(recorded, comparable, endDistance(ranks, connected), inStep, {
		mostNs: together,
		exactNs: exact,
	});
	take(withoutBystanders(ranks, clusters, comparable, exact));
	const still = lines(true).filter(({ kind }) => !scattered.has(kind));
	const addMoments = (moments: readonly RankOp[][]): void => {
		for (const members of moments) {
			for (const { rank, op } of members) builder.member(rank, op);
			builder.close(MatchHow.sizeTime, members.length, false);
		}
	};
	addMoments(momentsOf(ranks, still, exact));
	const { closelyNs, onceNs } = plausibleNs(clocks);
	const closely = clockDifferences(clocks, closelyNs);
	const moments = new Moments(ranks);
	for (const channel of channels) {
		moments.nextChannel();
		joinConfirmed(ranks, confirmChannel(comms, ranks, channel, expected, closely), onceNs, moments);
	}
	addMoments(moments.merged(exact));
	const shared = (a: number, b: number): number => collectivesOf(channels, a, b);
	for (const { lines, pairs } of pairByEnds(ranks, messages, connected, together, shared))
		addPairs(lines, pairs, builder);
}

const countOf = (values: Int32Array, value: number): number =>
	values.reduce((count, other) => (other === value ? count + 1 : count), 0);

/**
 * Clusters most of whose operations end with no other of the same kernel on further ranks: those would be members, too,
 * of lines that cannot be laid upon each other as a whole.
 */
function withoutBystanders(
	ranks: readonly Comparable[],
	clusters: readonly Line[][],
	lines: readonly Line[],
	withinNs: number,
): Line[][] {
	return clusters.filter((cluster) => {
		const { rank, ops } = cluster[0]!;
		const members = new Set(cluster);
		const others = lines.filter((line) => !members.has(line) && cluster.every((member) => member.rank !== line.rank));
		const crowded = ops.filter((x) =>
			others.some((other) =>
				other.ops.some((y) => {
					const [here, there] = [ranks[rank]!, ranks[other.rank]!];
					return here.kernel[x] === there.kernel[y] && Math.abs(here.endNs[x]! - there.endNs[y]!) <= withinNs;
				}),
			),
		);
		return crowded.length < ops.length / 2;
	});
}

function collectivesOf(channels: readonly AlignedChannel[], a: number, b: number): number {
	const opsOf = ({ members }: AlignedChannel, rank: number): number =>
		members.find((member) => member.rank === rank)?.ops.length ?? 0;
	return channels.reduce((sum, channel) => sum + Math.min(opsOf(channel, a), opsOf(channel, b)), 0);
}

const firstOf = (lines: readonly Line[], { kind }: Line): Line => lines.find((line) => line.kind === kind)!;

function addPairs(lines: readonly [Line, Line], pairs: readonly OpPair[], builder: MatchBuilder): void {
	for (const pair of pairs) {
		for (const [k, { rank }] of lines.entries()) builder.member(rank, pair[k]!);
		builder.close(MatchHow.sizeTime, 2, true);
	}
}

interface Connection extends Vote {
	readonly lines: readonly [Line, Line];
}

/** Ranks that run in step with a peer seem to share its messages, too, but less exactly. */
const isBetter = (one: Vote, other: Vote): boolean =>
	one.pairs.length * Math.max(1, other.spreadNs) > other.pairs.length * Math.max(1, one.spreadNs);

/** Pairs of lines of messages that connect sets of ranks whose clocks are not known against each other. */
function connectSets(ranks: readonly Comparable[], lines: readonly Line[], { component }: Clocks): Connection[] {
	const sets = new Map<number, Line[]>();
	for (const line of lines) sets.set(component[line.rank]!, [...(sets.get(component[line.rank]!) ?? []), line]);
	const found: Connection[] = [];
	const roots = [...sets.keys()];
	for (const [i, a] of roots.entries()) {
		for (const b of roots.slice(i + 1)) {
			let best: Connection | undefined;
			for (const one of sets.get(a)!.slice(0, MOST_TRIED)) {
				for (const other of sets.get(b)!.slice(0, MOST_TRIED)) {
					if (one.kind !== other.kind) continue;
					const vote = pairByVote(ranks, one, other);
					if (vote && (!best || isBetter(vote, best))) best = { ...vote, lines: [one, other] };
				}
			}
			if (best) found.push(best);
		}
	}
	return found;
}
