/** Writes a block task by task; edges belong to the task that was written last. */
import { EdgeKind, EXACT, type TaskKind } from "../graph/graph.js";
import { growableF64, growableU8, growableU32 } from "../lib/growable.js";
import { type Block, type GroupRole, groupRoleId, NO_LANE } from "./block.js";

export interface EdgeOptions {
	/** @default "finish" */
	readonly at?: "start" | "finish";
	/** @default 0 */
	readonly delayNs?: number;
	/** 0 to EXACT. @default EXACT */
	readonly confidence?: number;
}

export class BlockBuilder {
	readonly #lane = growableU8(64);
	readonly #kind = growableU8(64);
	readonly #nameId = growableU32(64);
	readonly #shapeId = growableU32(64);
	readonly #durationNs = growableF64(64);
	readonly #predOffset = growableU32(64);
	readonly #pred = growableU32(128);
	readonly #delayNs = growableF64(128);
	readonly #edgeKind = growableU8(128);
	readonly #confidence = growableU8(128);
	readonly #externalEdge = growableU32(16);
	readonly #externalLane = growableU8(16);
	readonly #messageEdge = growableU32(16);
	readonly #waitTask = growableU32(16);
	readonly #waitLane = growableU8(16);
	readonly #waitDelayNs = growableF64(16);
	readonly #waitConfidence = growableU8(16);
	readonly #arrive = growableU32(16);
	readonly #transfer = growableU32(16);
	readonly #meetingEdge = growableU32(16);
	readonly #role = growableU8(16);
	readonly #receives = growableU8(16);
	readonly #bytes = growableF64(16);
	readonly #lastOnLane = new Map<number, number>();
	#messageCount = 0;

	/** Tasks that were written so far. */
	get taskCount(): number {
		return this.#kind.length;
	}

	/** Adds a task and returns its number; `lane` is an index into the library's lanes, or NO_LANE. */
	task(kind: TaskKind, lane: number, nameId: number, shapeId: number, durationNs: number): number {
		this.#settleLast();
		const task = this.#kind.length;
		this.#kind.push(kind);
		this.#lane.push(lane);
		this.#nameId.push(nameId);
		this.#shapeId.push(shapeId);
		this.#durationNs.push(durationNs);
		this.#predOffset.push(this.#pred.length);
		return task;
	}

	/** The task that was written last waits for `task`. */
	after(task: number, kind: EdgeKind, options: EdgeOptions = {}): void {
		this.#pred.push(2 * task + (options.at === "start" ? 0 : 1));
		this.#delayNs.push(options.delayNs ?? 0);
		this.#edgeKind.push(kind);
		this.#confidence.push(options.confidence ?? EXACT);
	}

	/** It waits for the last task before it on `lane`, of the block or of what stands before the block. */
	afterLane(lane: number, kind: EdgeKind, options: EdgeOptions = {}): void {
		const last = this.#lastOnLane.get(lane);
		if (last === undefined) this.afterBlock(lane, kind, options);
		else this.after(last, kind, options);
	}

	/** It waits for the last task that stands on `lane` before the block. */
	afterBlock(lane: number, kind: EdgeKind, options: EdgeOptions = {}): void {
		this.#externalEdge.push(this.#pred.length);
		this.#externalLane.push(lane);
		this.after(0, kind, options);
	}

	/** The last task of the block on `lane`, the one that was written last included. */
	lastOn(lane: number): number | undefined {
		this.#settleLast();
		return this.#lastOnLane.get(lane);
	}

	/** It waits for a message that the rank received in a block before; the program says which. */
	afterMessage(kind: EdgeKind, options: EdgeOptions = {}): void {
		this.#messageEdge.push(this.#pred.length);
		this.after(0, kind, options);
	}

	/** The task that was written last is from now on the last of its lane. */
	#settleLast(): void {
		const task = this.#kind.length - 1;
		if (task >= 0 && this.#lane.get(task) !== NO_LANE) this.#lastOnLane.set(this.#lane.get(task), task);
	}

	/** It (a syncReturn) waits for what has been launched on `lane` by then. */
	wait(lane: number, delayNs: number, confidence = EXACT): void {
		this.#waitTask.push(this.#kind.length - 1);
		this.#waitLane.push(lane);
		this.#waitDelayNs.push(delayNs);
		this.#waitConfidence.push(confidence);
	}

	/** It moves data once all of a group, `arrive` among them, have arrived. */
	meeting(arrive: number, role: GroupRole, bytes: number, receives = false): void {
		this.#arrive.push(arrive);
		this.#transfer.push(this.#kind.length - 1);
		this.#meetingEdge.push(this.#pred.length);
		this.#role.push(groupRoleId(role));
		this.#receives.push(receives ? 1 : 0);
		this.#bytes.push(bytes);
		if (role === "message") this.#messageCount++;
		this.after(arrive, EdgeKind.collective);
	}

	/** The block that was written; the builder begins another. */
	build(name: string): Block {
		this.#settleLast();
		this.#predOffset.push(this.#pred.length);
		const block: Block = {
			name,
			taskCount: this.#kind.length,
			edgeCount: this.#pred.length,
			kind: taken(this.#kind),
			lane: taken(this.#lane),
			nameId: taken(this.#nameId),
			shapeId: taken(this.#shapeId),
			durationNs: taken(this.#durationNs),
			predOffset: taken(this.#predOffset),
			pred: taken(this.#pred),
			delayNs: taken(this.#delayNs),
			edgeKind: taken(this.#edgeKind),
			confidence: taken(this.#confidence),
			externalEdge: taken(this.#externalEdge),
			externalLane: taken(this.#externalLane),
			messageEdge: taken(this.#messageEdge),
			waitTask: taken(this.#waitTask),
			waitLane: taken(this.#waitLane),
			waitDelayNs: taken(this.#waitDelayNs),
			waitConfidence: taken(this.#waitConfidence),
			meetings: {
				arrive: taken(this.#arrive),
				transfer: taken(this.#transfer),
				edge: taken(this.#meetingEdge),
				role: taken(this.#role),
				receives: taken(this.#receives),
				bytes: taken(this.#bytes),
			},
			messageCount: this.#messageCount,
			touchedLane: Uint8Array.from(this.#lastOnLane.keys()),
			lastOnLane: Uint32Array.from(this.#lastOnLane.values()),
		};
		this.#lastOnLane.clear();
		this.#messageCount = 0;
		return block;
	}
}

/** A copy of what a column holds; the column is empty then, and keeps its room. */
function taken<T extends Uint8Array | Uint32Array | Float64Array>(column: { length: number; view(): T }): T {
	const copy = column.view().slice() as T;
	column.length = 0;
	return copy;
}
