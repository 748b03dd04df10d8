/** The names and shapes of a library's tasks, each once. */
export class StringTable {
	readonly strings: string[] = [""];
	readonly #ids = new Map<string, number>([["", 0]]);

	id(text: string): number {
		let id = this.#ids.get(text);
		if (id === undefined) {
			id = this.strings.push(text) - 1;
			this.#ids.set(text, id);
		}
		return id;
	}
}
