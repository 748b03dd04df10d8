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
	/** By name: its row + 1, or 0 where it has none yet. */
	readonly #rowOf: Uint32Array;
	readonly #name: number[] = [];
	readonly #exposedNs: number[] = [];
	readonly #totalNs: number[] = [];
	readonly #count: number[] = [];

	/** @param names how many there are: ids below that. */
	constructor(names: number) {
		this.#rowOf = new Uint32Array(names);
	}

	/** Time of a name that is counted already. */
	addExposed(name: number, ns: number): void {
		this.#exposedNs[this.#rowFor(name)]! += ns;
	}

	/** One more of the name, with its time. */
	add(name: number, exposedNs: number, totalNs: number): void {
		const row = this.#rowFor(name);
		this.#count[row]!++;
		this.#exposedNs[row]! += exposedNs;
		this.#totalNs[row]! += totalNs;
	}

	/** Adds what another table counted. */
	addAll({ name, exposedNs, totalNs, count }: NameColumns): void {
		for (let i = 0; i < name.length; i++) {
			const row = this.#rowFor(name[i]!);
			this.#exposedNs[row]! += exposedNs[i]!;
			this.#totalNs[row]! += totalNs[i]!;
			this.#count[row]! += count[i]!;
		}
	}

	#rowFor(name: number): number {
		const known = this.#rowOf[name]!;
		if (known > 0) return known - 1;
		this.#exposedNs.push(0);
		this.#totalNs.push(0);
		this.#count.push(0);
		this.#rowOf[name] = this.#name.push(name);
		return this.#name.length - 1;
	}

	columns(): NameColumns {
		return {
			name: Uint32Array.from(this.#name),
			exposedNs: Float64Array.from(this.#exposedNs),
			totalNs: Float64Array.from(this.#totalNs),
			count: Uint32Array.from(this.#count),
		};
	}

	/** The names with the most exposed time, most first; equal ones by name, so that the order is always the same. */
	mostExposed(strings: readonly string[], limit: number): Exposed[] {
		return this.#name
			.map((id, row) => ({
				name: strings[id]!,
				exposedNs: this.#exposedNs[row]!,
				totalNs: this.#totalNs[row]!,
				count: this.#count[row]!,
			}))
			.filter((total) => total.exposedNs > 0)
			.sort((a, b) => b.exposedNs - a.exposedNs || (a.name < b.name ? -1 : 1))
			.slice(0, limit);
	}
}
