/**
 * A block as records for the plan runner (assembly/plan/layout.ts): tasks with at most two edges each, so that the loop
 * over them has no branch. What has more edges is preceded by records that take the later of two of them.
 */
import { type Block, NO_LANE } from "../../plan/block.js";

/** No edge, or no task: the delay or the duration is 0. */
export const ZERO = -1;

export interface BlockRecords {
	/** Lanes of the library that it is laid out for. */
	readonly lanes: number;
	readonly count: number;
	/** Of each record two times of the work space, counted in times, and the edges whose delays they take or ZERO. */
	readonly slots: Uint32Array;
	readonly edges: Int32Array;
	/** The task that each is, or ZERO. */
	readonly task: Int32Array;
	/** The record of each task, and the first of those that stand for it. */
	readonly recordOf: Uint32Array;
	readonly firstOf: Uint32Array;
	/** Where the times of messages and of rendezvous begin, and where the work space ends. */
	readonly messageSlot: number;
	readonly meetingSlot: number;
	readonly endSlot: number;
	/** Lanes that the block looks back at. */
	readonly readsLane: Uint8Array;
	readonly canDefer: boolean;
	/** Meetings in the order of their transfers. */
	readonly meetingOrder: Uint32Array;
}

/** The times of never: of an edge that is not there. */
const NEVER = 0;
/** Start and finish of never. */
const LANES_BEGIN = 2;

/** The time of a record, or one later its finish. */
export function recordSlot(lanes: number, record: number): number {
	return LANES_BEGIN + 2 * (lanes + record);
}

export function laneSlot(lane: number): number {
	return LANES_BEGIN + 2 * lane;
}

/** Records of a block without negative delays. */
export function recordCount({ taskCount, predOffset }: Block): number {
	let count = 0;
	for (let task = 0; task < taskCount; task++) count += Math.max(1, predOffset[task + 1]! - predOffset[task]! - 1);
	return count;
}

const known = new WeakMap<Block, BlockRecords>();

/** Records of blocks of one structure; those of a single one, or without negative delays, are made once. */
export function recordsOf(blocks: readonly Block[], lanes: number): BlockRecords {
	const [block] = blocks as [Block];
	if (blocks.some(hasNegativeDelay)) return layOut(block, lanes, (edge) => blocks.some((b) => b.delayNs[edge]! < 0));
	const made = known.get(block);
	if (made?.lanes === lanes) return made;
	const records = layOut(block, lanes, () => false);
	known.set(block, records);
	return records;
}

function layOut(block: Block, lanes: number, isNegative: (edge: number) => boolean): BlockRecords {
	const { taskCount, predOffset, messageEdge, meetings } = block;
	const recordOf = new Uint32Array(taskCount);
	const firstOf = new Uint32Array(taskCount);
	let count = 0;
	for (let task = 0; task < taskCount; task++) {
		let edges = 0;
		for (let edge = predOffset[task]!; edge < predOffset[task + 1]!; edge++) edges += isNegative(edge) ? 2 : 1;
		firstOf[task] = count;
		count += Math.max(1, edges - 1);
		recordOf[task] = count - 1;
	}
	const messageSlot = recordSlot(lanes, count);
	const meetingSlot = messageSlot + messageEdge.length;
	const slotOf = edgeSlots(block, lanes, recordOf, messageSlot, meetingSlot);
	const records = new RecordWriter(count);
	for (let task = 0; task < taskCount; task++) {
		const edges: Edge[] = [];
		for (let edge = predOffset[task]!; edge < predOffset[task + 1]!; edge++) {
			const slot = slotOf.slot[edge]!;
			edges.push({ slot, edge });
			// Nothing becomes ready before what it waits for has started; where the delay is not negative that holds anyhow.
			if (isNegative(edge)) edges.push({ slot: slotOf.startSlot[edge]!, edge: ZERO });
		}
		// What is known last comes last, so that nothing waits for it in vain.
		edges.sort((a, b) => a.slot - b.slot);
		let before: Edge = edges.length > 1 ? edges[0]! : NO_EDGE;
		for (let i = 1; i < edges.length - 1; i++) {
			before = { slot: recordSlot(lanes, records.add(before, edges[i]!, ZERO)), edge: ZERO };
		}
		records.add(before, edges.at(-1) ?? NO_EDGE, task);
	}
	const { transfer } = meetings;
	return {
		lanes,
		count,
		slots: records.slots,
		edges: records.edges,
		task: records.task,
		recordOf,
		firstOf,
		messageSlot,
		meetingSlot,
		endSlot: meetingSlot + meetings.edge.length,
		readsLane: Uint8Array.from(new Set(block.externalLane)),
		canDefer: transfer.length === 1 && transfer[0] === taskCount - 1 && block.lane.at(-1) !== NO_LANE,
		meetingOrder: Uint32Array.from(transfer.keys()).sort((a, b) => transfer[a]! - transfer[b]! || a - b),
	};
}

interface Edge {
	readonly slot: number;
	readonly edge: number;
}

const NO_EDGE: Edge = { slot: NEVER, edge: ZERO };

class RecordWriter {
	readonly slots: Uint32Array;
	readonly edges: Int32Array;
	readonly task: Int32Array;
	#count = 0;

	constructor(count: number) {
		this.slots = new Uint32Array(2 * count);
		this.edges = new Int32Array(2 * count);
		this.task = new Int32Array(count);
	}

	add(a: Edge, b: Edge, task: number): number {
		const record = this.#count++;
		this.slots[2 * record] = a.slot;
		this.slots[2 * record + 1] = b.slot;
		this.edges[2 * record] = a.edge;
		this.edges[2 * record + 1] = b.edge;
		this.task[record] = task;
		return record;
	}
}

/** Where the time stands that each edge waits for, and the start of what it waits for. */
function edgeSlots(block: Block, lanes: number, recordOf: Uint32Array, messageSlot: number, meetingSlot: number) {
	const slot = block.pred.map((pred) => recordSlot(lanes, recordOf[pred >>> 1]!) + (pred & 1));
	block.externalEdge.forEach((edge, x) => {
		slot[edge] = laneSlot(block.externalLane[x]!) + (block.pred[edge]! & 1);
	});
	// Slots of lanes and records come in pairs.
	const startSlot = slot.map((at) => at & ~1);
	const single = (edges: Uint32Array, first: number): void =>
		edges.forEach((edge, i) => {
			slot[edge] = first + i;
			startSlot[edge] = first + i;
		});
	single(block.messageEdge, messageSlot);
	single(block.meetings.edge, meetingSlot);
	return { slot, startSlot };
}

function hasNegativeDelay({ delayNs }: Block): boolean {
	for (let edge = 0; edge < delayNs.length; edge++) if (delayNs[edge]! < 0) return true;
	return false;
}
