/** Strings of several ranks in one table. */
export class StringMerger {
	readonly strings: string[] = [""];
	readonly #ids = new Map<string, number>([["", 0]]);

	/** Of each string, its id in the common table. */
	add(strings: readonly string[]): Uint32Array {
		const ids = new Uint32Array(strings.length);
		for (let i = 0; i < strings.length; i++) {
			const text = strings[i]!;
			let id = this.#ids.get(text);
			if (id === undefined) {
				id = this.strings.push(text) - 1;
				this.#ids.set(text, id);
			}
			ids[i] = id;
		}
		return ids;
	}
}
