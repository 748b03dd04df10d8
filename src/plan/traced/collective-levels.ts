/** How long the run's own collectives take over what the cost model says of them: the level of new ones. */
import type { CollectiveOp, CostModel } from "../../cost/cost-model.js";
import type { GroupRole } from "../block.js";
import type { CommFacts } from "./comm-facts.js";
import { arrayElements } from "./kernel-work.js";
import { changesLinks, placementOf, type TracedJob } from "./rescale.js";
import type { TracedLibrary } from "./traced-library.js";

/** Sums of the loss and the tokens themselves are a few bytes a token; activations are a hidden size a token. */
export function isOfActivations(base: TracedJob, { bytes }: CommFacts): boolean {
	return bytes > 16 * arrayElements(base, "tokens") + 64;
}

export class CollectiveLevels {
	readonly #blockLibrary: TracedLibrary;
	readonly #base: TracedJob;
	readonly #target: TracedJob;
	readonly #cost: CostModel;
	readonly #levels = new Map<string, number>();

	constructor(blockLibrary: TracedLibrary, base: TracedJob, target: TracedJob, cost: CostModel) {
		this.#blockLibrary = blockLibrary;
		this.#base = base;
		this.#target = target;
		this.#cost = cost;
	}

	/**
	 * How the run's collectives of a group are to the model's times: of the same operation where there are some, else of
	 * any; 1 where the group has none, or moves to links of which they tell nothing.
	 */
	of(role: GroupRole, op: CollectiveOp): number {
		const key = `${role} ${op}`;
		let level = this.#levels.get(key);
		if (level === undefined) {
			const isTold = !changesLinks(role, this.#base, this.#target);
			level = isTold ? (this.#measuredLevel(role, op) ?? this.#measuredLevel(role, undefined) ?? 1) : 1;
			this.#levels.set(key, level);
		}
		return level;
	}

	#measuredLevel(role: GroupRole, op: CollectiveOp | undefined): number | undefined {
		const { durationNs } = this.#blockLibrary.graph;
		let wireNs = 0;
		let modelNs = 0;
		for (const { begin, comms } of this.#blockLibrary.ranks) {
			for (const [row, facts] of comms) {
				if (facts.role !== role || facts.op === undefined || (op !== undefined && facts.op !== op)) continue;
				if (role === "tensor" && !isOfActivations(this.#base, facts)) continue;
				wireNs += durationNs[begin + row]!;
				modelNs += this.#cost.collective(facts.op, facts.bytes, placementOf(role, this.#base));
			}
		}
		return modelNs > 0 ? wireNs / modelNs : undefined;
	}
}
