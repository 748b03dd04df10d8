/** Pairs the two ends of `fwdbwd` flows by their id. */
import type { FlowColumns } from "./columns.js";

export interface FlowEnds {
	readonly id: BigInt64Array;
	/** Phase letter: `s` where the flow starts, `t` in between, `f` where it ends. */
	readonly kind: Uint8Array;
	readonly track: Uint32Array;
	readonly ns: Float64Array;
}

const START = 0x73;
const END = 0x66;

export interface PairedFlows {
	readonly flows: FlowColumns;
	/** Ends without the other, and steps in between. */
	readonly unpaired: number;
}

/** Either end may come first in the file; ids may be used again once their flow is complete. */
export function pairFlows(ends: FlowEnds): PairedFlows {
	const count = ends.id.length;
	const open = new Map<bigint, number>();
	const from: number[] = [];
	const to: number[] = [];
	for (let row = 0; row < count; row++) {
		const kind = ends.kind[row];
		if (kind !== START && kind !== END) continue;
		const id = ends.id[row]!;
		const other = open.get(id);
		if (other === undefined || ends.kind[other] === kind) {
			open.set(id, row);
			continue;
		}
		open.delete(id);
		from.push(kind === START ? row : other);
		to.push(kind === START ? other : row);
	}
	return {
		flows: {
			count: from.length,
			fromTrack: Uint32Array.from(from, (row) => ends.track[row]!),
			fromNs: Float64Array.from(from, (row) => ends.ns[row]!),
			toTrack: Uint32Array.from(to, (row) => ends.track[row]!),
			toNs: Float64Array.from(to, (row) => ends.ns[row]!),
		},
		unpaired: count - 2 * from.length,
	};
}
