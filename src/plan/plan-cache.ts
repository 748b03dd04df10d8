/** What one plan can take over from another: for sweeps, whose plans differ in little from one to the next. */
import type { CostModel } from "../cost/cost-model.js";
import { BlockStore, type WorkOfRanks } from "./block-store.js";
import { type PipelineShape, type StageScript, stageScript } from "./stage-script.js";

/** Of scripts, together 96 MB at 24 bytes an item, numberings among them (numbered-items.ts). */
const MOST_ITEMS = 2 ** 22;
/** Of stores; a store has some tens of blocks, of a kilobyte or ten each. */
const MOST_STORES = 64;

/**
 * Keeps blocks and stage programs for plans to come, those that were used last. Plans of one cache share arrays, and
 * plans whose ranks do the same work their blocks and strings.
 */
export class PlanCache {
	readonly #scripts = new RecentlyUsed<readonly StageScript[]>(MOST_ITEMS);
	readonly #stores = new RecentlyUsed<BlockStore>(MOST_STORES);
	/** Cost models are told apart by identity. */
	readonly #costs = new WeakMap<CostModel, number>();
	#costCount = 0;

	/** What the stages of a pipeline run. */
	scripts(shape: PipelineShape): readonly StageScript[] {
		const items = (scripts: readonly StageScript[]): number => scripts.reduce((sum, { need }) => sum + need.length, 0);
		const make = () => Array.from({ length: shape.stages }, (_, stage) => stageScript(shape, stage));
		return this.#scripts.get(JSON.stringify(shape), make, items);
	}

	/** The blocks of ranks that do such work. */
	store({ cost, ...work }: WorkOfRanks): BlockStore {
		let id = this.#costs.get(cost);
		if (id === undefined) {
			id = this.#costCount++;
			this.#costs.set(cost, id);
		}
		return this.#stores.get(
			`${id} ${JSON.stringify(work)}`,
			() => new BlockStore({ ...work, cost }),
			() => 1,
		);
	}
}

/** Values by key; once they weigh too much together, those go that were asked for longest ago. */
class RecentlyUsed<V> {
	readonly #kept = new Map<string, { readonly value: V; readonly weight: number }>();
	readonly #limit: number;
	#weight = 0;

	constructor(limit: number) {
		this.#limit = limit;
	}

	get(key: string, make: () => V, weightOf: (value: V) => number): V {
		const found = this.#kept.get(key);
		if (found) {
			this.#kept.delete(key);
			this.#kept.set(key, found);
			return found.value;
		}
		const value = make();
		const weight = weightOf(value);
		this.#kept.set(key, { value, weight });
		this.#weight += weight;
		for (const [oldest, { weight: freed }] of this.#kept) {
			if (this.#weight <= this.#limit) break;
			this.#kept.delete(oldest);
			this.#weight -= freed;
		}
		return value;
	}
}
