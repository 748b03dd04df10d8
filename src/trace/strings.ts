/** The strings of a trace: UTF-8 bytes that become JavaScript strings when somebody asks. */
import type { StringTable } from "./columns.js";
import type { RawStrings } from "./scanner/tables.js";

export class InternedStrings implements StringTable {
	readonly count: number;
	private readonly bytes: Buffer;
	private readonly known: (string | undefined)[];
	private ids: Map<string, number> | undefined;

	constructor(private readonly raw: RawStrings) {
		this.count = raw.begin.length;
		this.bytes = Buffer.from(raw.bytes.buffer, raw.bytes.byteOffset, raw.bytes.length);
		this.known = new Array(this.count);
	}

	get(id: number): string {
		const known = this.known[id];
		if (known !== undefined) return known;
		const begin = this.raw.begin[id]!;
		const text = this.bytes.toString("utf8", begin, begin + this.raw.length[id]!);
		this.known[id] = text;
		return text;
	}

	find(text: string): number {
		if (this.ids === undefined) {
			this.ids = new Map();
			for (let id = 0; id < this.count; id++) if (this.raw.alias[id] === 0) this.ids.set(this.get(id), id);
		}
		return this.ids.get(text) ?? -1;
	}

	/** Ids of the strings that begin with an ASCII prefix, found without decoding. */
	withPrefix(prefix: string): number[] {
		const wanted = Buffer.from(prefix, "latin1");
		const ids: number[] = [];
		for (let id = 0; id < this.count; id++) {
			const begin = this.raw.begin[id]!;
			if (this.raw.alias[id] !== 0 || this.raw.length[id]! < wanted.length) continue;
			if (this.bytes[begin] !== wanted[0]) continue;
			if (this.bytes.compare(wanted, 0, wanted.length, begin, begin + wanted.length) === 0) ids.push(id);
		}
		return ids;
	}
}
