/** Times summed up by name: a table that windows and ranks add to, and columns that a worker can hand over. */

/** One entry a name that has anything, in the order in which they first came up. */
export interface NameColumns {
	/** Ids in `graph.strings`. */
	readonly name: Uint32Array;
	readonly exposedNs: Float64Array;
	readonly totalNs: Float64Array;
	readonly count: Uint32Array;
}

export interface Exposed {
	readonly name: string;
	readonly exposedNs: number;
	readonly totalNs: number;
	readonly count: number;
}

export class NameTotals {
	// One entry a name of the graph, or none.
	readonly #exposedNs: Float64Array;
	readonly #totalNs: Float64Array;
	readonly #count: Uint32Array;
	/** Names that have anything. */
	readonly #names: number[] = [];

	/** @param names how many there are: ids below that. */
	constructor(names: number) {
		this.#exposedNs = new Float64Array(names);
		this.#totalNs = new Float64Array(names);
		this.#count = new Uint32Array(names);
	}

	/** Time of a name that is counted already. */
	addExposed(name: number, ns: number): void {
		this.#exposedNs[name]! += ns;
	}

	/** One more of the name, with its time. */
	add(name: number, exposedNs: number, totalNs: number): void {
		if (this.#count[name]!++ === 0) this.#names.push(name);
		this.#exposedNs[name]! += exposedNs;
		this.#totalNs[name]! += totalNs;
	}

	/** Adds what another table counted. */
	addAll({ name, exposedNs, totalNs, count }: NameColumns): void {
		for (let i = 0; i < name.length; i++) {
			this.add(name[i]!, exposedNs[i]!, totalNs[i]!);
			this.#count[name[i]!]! += count[i]! - 1;
		}
	}

	columns(): NameColumns {
		const name = Uint32Array.from(this.#names);
		return {
			name,
			exposedNs: Float64Array.from(name, (id) => this.#exposedNs[id]!),
			totalNs: Float64Array.from(name, (id) => this.#totalNs[id]!),
			count: name.map((id) => this.#count[id]!),
		};
	}

	/** The names with the most exposed time, most first; equal ones by name, so that the order is always the same. */
	mostExposed(strings: readonly string[], limit: number): Exposed[] {
		return this.#names
			.map((id) => ({
				name: strings[id]!,
				exposedNs: this.#exposedNs[id]!,
				totalNs: this.#totalNs[id]!,
				count: this.#count[id]!,
			}))
			.filter((total) => total.exposedNs > 0)
			.sort((a, b) => b.exposedNs - a.exposedNs || (a.name < b.name ? -1 : 1))
			.slice(0, limit);
	}
}
