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
	// Numbers are found several times faster than bigints, which few ids need.
	const open = new Map<number | bigint, number>();
	const from = new Uint32Array(count >> 1);
	const to = new Uint32Array(count >> 1);
	let pairs = 0;
	for (let row = 0; row < count; row++) {
		const kind = ends.kind[row];
		if (kind !== START && kind !== END) continue;
		const exact = ends.id[row]!;
		const rounded = Number(exact);
		const id = Number.isSafeInteger(rounded) ? rounded : exact;
		const other = open.get(id);
		if (other === undefined || ends.kind[other] === kind) {
			open.set(id, row);
			continue;
		}
		open.delete(id);
		from[pairs] = kind === START ? row : other;
		to[pairs++] = kind === START ? other : row;
	}
	const flows = {
		count: pairs,
		fromTrack: new Uint32Array(pairs),
		fromNs: new Float64Array(pairs),
		toTrack: new Uint32Array(pairs),
		toNs: new Float64Array(pairs),
	};
	for (let pair = 0; pair < pairs; pair++) {
		flows.fromTrack[pair] = ends.track[from[pair]!]!;
		flows.fromNs[pair] = ends.ns[from[pair]!]!;
		flows.toTrack[pair] = ends.track[to[pair]!]!;
		flows.toNs[pair] = ends.ns[to[pair]!]!;
	}
	return { flows, unpaired: count - 2 * pairs };
}
