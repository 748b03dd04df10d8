/** Where a rank's block goes in the graph of all ranks, and what the other ranks make of it. Plain data. */
import type { ClockLine } from "../comms/clocks.js";
import type { CommMatches } from "../comms/match.js";
import type { RankBlock } from "../rank/block.js";

/** Of an operation that meets nobody. */
export const NO_MATCH = 0xffffffff;

export interface Placement {
	readonly firstTask: number;
	readonly firstEdge: number;
	readonly firstWait: number;
	readonly firstProcessor: number;
	readonly clock: ClockLine;
	/** Of each of the block's strings, its id in the graph. */
	readonly stringId: Uint32Array;
	/** Of each of the block's communication operations: the rendezvous task where it meets the others, or NO_MATCH. */
	readonly rendezvous: Uint32Array;
	/** Of each of them that meets others: what its transfer takes once all have come, ns. */
	readonly transferNs: Float64Array;
}

/** What the graph of all ranks holds of each block, beside what the block itself does. */
export interface Layout {
	readonly firstTask: readonly number[];
	readonly firstEdge: readonly number[];
	readonly firstWait: readonly number[];
	readonly firstProcessor: readonly number[];
	/** Tasks of all ranks: the first rendezvous stands here. */
	readonly rankTasks: number;
	readonly taskCount: number;
	readonly edgeCount: number;
	readonly waitCount: number;
}

/** Ranks stand one after the other, the rendezvous behind all of them, with an edge from each arrival and to each transfer. */
export function layOut(blocks: readonly RankBlock[], matches: CommMatches): Layout {
	const meets = matchedOps(blocks.length, matches);
	const firstTask: number[] = [];
	const firstEdge: number[] = [];
	const firstWait: number[] = [];
	const firstProcessor: number[] = [];
	let tasks = 0;
	let edges = 0;
	let waits = 0;
	let processors = 0;
	blocks.forEach((block, b) => {
		firstTask.push(tasks);
		firstEdge.push(edges);
		firstWait.push(waits);
		firstProcessor.push(processors);
		tasks += block.taskCount;
		edges += block.edgeCount + meets[b]!;
		waits += block.columns.waitTask.length;
		processors += block.processors.length;
	});
	return {
		firstTask,
		firstEdge,
		firstWait,
		firstProcessor,
		rankTasks: tasks,
		taskCount: tasks + matches.count,
		edgeCount: edges + matches.memberRank.length,
		waitCount: waits,
	};
}

/** Operations that wait for the others of their match. */
function matchedOps(ranks: number, { memberRank, waits }: CommMatches): Uint32Array {
	const count = new Uint32Array(ranks);
	for (let m = 0; m < memberRank.length; m++) if (waits[m] === 1) count[memberRank[m]!]!++;
	return count;
}

/** For each block, the rendezvous and the transfer times of its operations. */
export function meetings(
	blocks: readonly RankBlock[],
	matches: CommMatches,
	firstRendezvous: number,
): { readonly rendezvous: Uint32Array; readonly transferNs: Float64Array }[] {
	const perBlock = blocks.map(({ comms }) => ({
		rendezvous: new Uint32Array(comms.count).fill(NO_MATCH),
		transferNs: new Float64Array(comms.count),
	}));
	const { count, offset, memberRank, memberOp, transferNs, waits } = matches;
	for (let match = 0; match < count; match++) {
		for (let m = offset[match]!; m < offset[match + 1]!; m++) {
			// A message that was sent before anybody received it keeps its recorded duration.
			if (waits[m] !== 1) continue;
			const of = perBlock[memberRank[m]!]!;
			of.rendezvous[memberOp[m]!] = firstRendezvous + match;
			of.transferNs[memberOp[m]!] = transferNs[m]!;
		}
	}
	return perBlock;
}
