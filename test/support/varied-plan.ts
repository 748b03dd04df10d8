/** Plans of the same structure as another. */
import { EdgeKind } from "../../src/graph/graph.js";
import type { Block } from "../../src/plan/block.js";
import type { ExecutionPlan } from "../../src/plan/program.js";
import { SeededRandom } from "./seeded-random.js";

function withBlocks(plan: ExecutionPlan, change: (block: Block) => Block): ExecutionPlan {
	const blocks = plan.blockLibrary.blocks.map(change);
	return { ...plan, blockLibrary: { ...plan.blockLibrary, blocks } };
}

/** With other durations and delays, some of which are negative where these may be. */
export function varied(plan: ExecutionPlan, seed: number): ExecutionPlan {
	const random = new SeededRandom(seed);
	const negative = random.chance(0.5);
	return withBlocks(plan, (block) => ({
		...block,
		durationNs: block.durationNs.map((ns) => (ns > 0 ? random.below(200) / 4 : 0)),
		delayNs: block.delayNs.map((delay, edge) => {
			// Lanes keep their order, and what ranks meet for comes after them.
			const kind = block.edgeKind[edge]!;
			const may = kind === EdgeKind.launch || (kind === EdgeKind.interStream && !block.messageEdge.includes(edge));
			return negative && may && random.chance(0.3) ? -random.below(30) : delay;
		}),
	}));
}

/** With its blocks numbered backwards. */
export function renumbered(plan: ExecutionPlan): ExecutionPlan {
	const blocks = [...plan.blockLibrary.blocks].reverse();
	const programs = plan.programs.map((program) => ({
		...program,
		block: program.block.map((id) => blocks.length - 1 - id),
	}));
	return { ...plan, programs, blockLibrary: { ...plan.blockLibrary, blocks } };
}
