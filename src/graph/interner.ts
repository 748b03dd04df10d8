import type { Trace } from "../trace/columns.js";

/** Strings of several traces in one table; only those that tasks use. */
export class Interner {
	readonly strings: string[] = [""];
	private readonly ids = new Map<string, number>([["", 0]]);

	from(trace: Trace, added: readonly string[]): (id: number) => number {
		const { count } = trace.strings;
		const known = new Int32Array(count + added.length).fill(-1);
		return (id) => {
			if (known[id]! >= 0) return known[id]!;
			const text = id < count ? trace.strings.get(id) : added[id - count]!;
			let interned = this.ids.get(text);
			if (interned === undefined) {
				interned = this.strings.push(text) - 1;
				this.ids.set(text, interned);
			}
			known[id] = interned;
			return interned;
		};
	}
}
