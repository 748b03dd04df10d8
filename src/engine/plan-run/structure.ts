/**
 * When plans can run side by side: the same programs over blocks that differ in names, durations and delays alone.
 * Blocks may be numbered differently; what counts is what stands where.
 */
import type { Block } from "../../plan/block.js";
import { countItems } from "../../plan/item-counts.js";
import type { ExecutionPlan } from "../../plan/program.js";

/** What of a block has to be the same. */
function shapeOf({ meetings, ...block }: Block): readonly (Uint8Array | Uint32Array)[] {
	return [
		block.kind,
		block.lane,
		block.predOffset,
		block.pred,
		block.externalEdge,
		block.externalLane,
		block.messageEdge,
		block.touchedLane,
		block.lastOnLane,
		meetings.arrive,
		meetings.transfer,
		meetings.edge,
		meetings.role,
		meetings.receives,
	];
}

export function isSameStructure(one: Block, other: Block): boolean {
	if (one === other) return true;
	const shape = shapeOf(other);
	return shapeOf(one).every((column, c) => isSame(column, shape[c]!));
}

type Numbers = Uint8Array | Uint32Array | Int32Array;

export function isSame(one: Numbers, other: Numbers): boolean {
	if (one === other) return true;
	if (one.length !== other.length) return false;
	for (let i = 0; i < one.length; i++) if (one[i] !== other[i]) return false;
	return true;
}

/** Of two plans with equal keys it is certain, but for a coincidence in 2^64, that `runPlans` runs them side by side. */
export function structureKey({ blockLibrary, programs, messageCount, groupSize }: ExecutionPlan): string {
	const hash = new Hash();
	const blocks = blockLibrary.blocks.map((block) => hashOf(block, () => shapeOf(block)));
	hash.add(blockLibrary.lanes.length);
	hash.add(messageCount);
	hash.addAll(groupSize);
	hash.add(programs.length);
	for (const { block, message, group } of programs) {
		hash.addHash(hashOfItems(block, blocks));
		hash.addHash(hashOf(message, () => [message]));
		hash.addAll(group);
	}
	return hash.key;
}

const known = new WeakMap<Uint32Array, Map<string, Hash>>();

/** Of the structures of blocks in order; plans that share the items share this, too, where their blocks are alike. */
function hashOfItems(items: Uint32Array, blocks: readonly Hash[]): Hash {
	let hashes = known.get(items);
	if (hashes === undefined) {
		hashes = new Map();
		known.set(items, hashes);
	}
	let key = "";
	for (const id of countItems(items).ids) key += `${blocks[id]!.key} `;
	let hash = hashes.get(key);
	if (hash === undefined) {
		hash = new Hash();
		hash.add(items.length);
		for (let i = 0; i < items.length; i++) hash.addHash(blocks[items[i]!]!);
		hashes.set(key, hash);
	}
	return hash;
}

const hashes = new WeakMap<object, Hash>();

/** Of columns that belong to something that many plans may share. */
function hashOf(shared: object, columns: () => readonly Numbers[]): Hash {
	let hash = hashes.get(shared);
	if (hash === undefined) {
		hash = new Hash();
		for (const column of columns()) hash.addAll(column);
		hashes.set(shared, hash);
	}
	return hash;
}

/** Two multiplicative hashes of 32 bits; multipliers of MurmurHash3. */
class Hash {
	low = 1;
	high = 2;

	get key(): string {
		return `${this.high.toString(16)}-${this.low.toString(16)}`;
	}

	add(value: number): void {
		this.low = Math.imul(this.low ^ value, 0xcc9e2d51);
		this.low ^= this.low >>> 15;
		this.high = Math.imul(this.high ^ value, 0x1b873593);
		this.high ^= this.high >>> 13;
	}

	addHash({ low, high }: Hash): void {
		this.add(low);
		this.add(high);
	}

	addAll(values: Numbers): void {
		this.add(values.length);
		for (let i = 0; i < values.length; i++) this.add(values[i]!);
	}
}
