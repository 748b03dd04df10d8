/** How the time of a walk back through a graph is shared between the ranks that it goes through. */
import type { GraphRank } from "../graph/graph.js";
import { rankIndexOf } from "./times.js";

export class RankShares {
	/** Time by rank number. */
	readonly ns = new Map<number, number>();
	/** How often the walk went from one rank to another. */
	crossings = 0;
	readonly #ranks: readonly GraphRank[];
	#current: GraphRank | undefined;
	#enteredNs = 0;

	constructor(ranks: readonly GraphRank[]) {
		this.#ranks = ranks;
	}

	/** The walk is at `task` now; a task between the ranks leaves it where it was. */
	enter(task: number, atNs: number): void {
		const current = this.#current;
		if (current && task >= current.begin && task < current.end) return;
		const index = rankIndexOf(this.#ranks, task);
		if (index < 0) return;
		if (current) {
			this.leave(atNs);
			this.crossings++;
		}
		this.#current = this.#ranks[index];
		this.#enteredNs = atNs;
	}

	/** The walk ends, or leaves the rank. */
	leave(atNs: number): void {
		if (!this.#current) return;
		const { rank } = this.#current;
		const ns = this.#enteredNs - atNs;
		if (ns > 0) this.ns.set(rank, (this.ns.get(rank) ?? 0) + ns);
		this.#enteredNs = atNs;
	}
}
