/** What if a rank were slower, or as fast as its peers: new durations and delays for the same graph. */
import type { ExecutionGraph, GraphRank } from "../graph/graph.js";
import type { Timing } from "../graph/typical.js";
import { UserError } from "../lib/errors.js";
import { rangesOf } from "../lib/ranges.js";
import { healRanks } from "./heal-ranks.js";
import { slowCpu, slowKernels } from "./slow-rank.js";

export type RankChange =
	/** Every kernel of the rank takes `factor` times as long. */
	| { readonly change: "slow"; readonly rank: number; readonly factor: number }
	/** All CPU time of the rank does. */
	| { readonly change: "slow-cpu"; readonly rank: number; readonly factor: number }
	/** The rank, or each rank, takes what its peers take. */
	| { readonly change: "heal"; readonly rank: number | "all" };

/**
 * Applies changes to `timing`, which stays as it is: first what slows ranks, in the order given, then what heals them.
 *
 * @throws UserError for a rank that the graph does not have, and where one without peers should be healed.
 */
export function changeRanks(graph: ExecutionGraph, timing: Timing, changes: readonly RankChange[]): Timing {
	const changed = { ...timing, durationNs: timing.durationNs.slice(), delayNs: timing.delayNs.slice() };
	const healed = new Uint8Array(graph.ranks.length);
	for (const change of changes) {
		if (change.change === "heal") {
			if (change.rank === "all") healed.fill(1);
			else healed[graph.ranks.indexOf(rankNumbered(graph, change.rank))] = 1;
		} else {
			const rank = rankNumbered(graph, change.rank);
			if (change.change === "slow") slowKernels(graph, rank, change.factor, changed);
			else slowCpu(graph, rank, change.factor, changed);
		}
	}
	healRanks(graph, healed, changed);
	return changed;
}

function rankNumbered({ ranks }: ExecutionGraph, number: number): GraphRank {
	const found = ranks.find(({ rank }) => rank === number);
	if (found !== undefined) return found;
	const known = rangesOf(ranks.map(({ rank }) => rank));
	throw new UserError(`no trace is of rank ${number}; choose one of ${known}`);
}
