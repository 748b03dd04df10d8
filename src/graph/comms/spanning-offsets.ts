/** A first guess of all clocks: from rank to rank along the pairs that share most, by the median of their differences. */
import type { EndSamples } from "./clock-samples.js";
import { median } from "./median.js";

/** What a one-way message counts for against a collective: its ends may be far apart. */
const ONE_WAY_WEIGHT = 0.05;

export interface SpanningOffsets {
	/** Of each rank's clock against that of the first rank of its component, ns. */
	readonly offsetNs: Float64Array;
	/** The first rank of each rank's component: ranks that matches connect. */
	readonly component: Uint32Array;
}

export function spanningOffsets(samples: EndSamples): SpanningOffsets {
	const { rankCount } = samples;
	const shares = new Map<number, number>();
	eachPair(samples, (pair, _, weight) => shares.set(pair, (shares.get(pair) ?? 0) + weight));

	// Kruskal: the pairs with the largest shares that close no circle.
	const component = Uint32Array.from({ length: rankCount }, (_, r) => r);
	const find = (rank: number): number => {
		let root = rank;
		while (component[root] !== root) root = component[root]!;
		for (let r = rank; r !== root; ) {
			const next = component[r]!;
			component[r] = root;
			r = next;
		}
		return root;
	};
	const differences = new Map<number, { readonly bothWays: number[]; readonly oneWay: number[] }>();
	for (const [pair] of [...shares].sort((a, b) => b[1] - a[1] || a[0] - b[0])) {
		const a = find(Math.floor(pair / rankCount));
		const b = find(pair % rankCount);
		if (a === b) continue;
		component[Math.max(a, b)] = Math.min(a, b);
		differences.set(pair, { bothWays: [], oneWay: [] });
	}
	eachPair(samples, (pair, difference, weight) => {
		const lists = differences.get(pair);
		if (lists) (weight < 1 ? lists.oneWay : lists.bothWays).push(difference);
	});

	const neighbours: [rank: number, aheadNs: number][][] = Array.from({ length: rankCount }, () => []);
	for (const [pair, { bothWays, oneWay }] of differences) {
		const from = Math.floor(pair / rankCount);
		const to = pair % rankCount;
		const ahead = median(bothWays.length > 0 ? bothWays : oneWay);
		neighbours[from]!.push([to, ahead]);
		neighbours[to]!.push([from, -ahead]);
	}
	const offsetNs = new Float64Array(rankCount).fill(Number.NaN);
	for (let root = 0; root < rankCount; root++) {
		if (!Number.isNaN(offsetNs[root]!)) continue;
		offsetNs[root] = 0;
		const reached = [root];
		for (const rank of reached) {
			for (const [next, ahead] of neighbours[rank]!) {
				if (!Number.isNaN(offsetNs[next]!)) continue;
				offsetNs[next] = offsetNs[rank]! + ahead;
				reached.push(next);
			}
		}
	}
	return { offsetNs, component: component.map(find) };
}

/** Each match's first member with every other: the pair's number, how far the other ends later, and the weight. */
function eachPair(
	{ count, offset, rank, endNs, oneWay, rankCount }: EndSamples,
	visit: (pair: number, differenceNs: number, weight: number) => void,
): void {
	for (let m = 0; m < count; m++) {
		const first = offset[m]!;
		for (let at = first + 1; at < offset[m + 1]!; at++)
			visit(rank[first]! * rankCount + rank[at]!, endNs[at]! - endNs[first]!, oneWay[m] ? ONE_WAY_WEIGHT : 1);
	}
}
