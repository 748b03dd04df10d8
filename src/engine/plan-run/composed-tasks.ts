/** The tasks of a composed block: without names, and with edges of no kind. */
import { type Block, NO_LANE } from "../../plan/block.js";

const EMPTY_U8 = new Uint8Array(0);
const EMPTY_U32 = new Uint32Array(0);
const EMPTY_F64 = new Float64Array(0);

export class ComposedTasks {
	readonly #kind: number[] = [];
	readonly #lane: number[] = [];
	readonly #durationNs: number[] = [];
	readonly #predOffset: number[] = [];
	readonly #pred: number[] = [];
	readonly #delayNs: number[] = [];
	readonly #externalEdge: number[] = [];
	readonly #externalLane: number[] = [];
	readonly #messageEdge: number[] = [];
	readonly #touchedLane: number[] = [];
	readonly #lastOnLane: number[] = [];

	add(kind: number, lane: number, durationNs: number): void {
		if (lane !== NO_LANE) {
			this.#touchedLane.push(lane);
			this.#lastOnLane.push(this.#kind.length);
		}
		this.#kind.push(kind);
		this.#lane.push(lane);
		this.#durationNs.push(durationNs);
		this.#predOffset.push(this.#pred.length);
	}

	afterTask(task: number, delayNs: number): void {
		this.#pred.push(2 * task + 1);
		this.#delayNs.push(delayNs);
	}

	/** @param slot 0: after its last start, 1: after its last finish */
	afterLane(lane: number, slot: number, delayNs: number): void {
		this.#externalEdge.push(this.#pred.length);
		this.#externalLane.push(lane);
		this.#pred.push(slot);
		this.#delayNs.push(delayNs);
	}

	afterMessage(delayNs: number): void {
		this.#messageEdge.push(this.#pred.length);
		this.#pred.push(1);
		this.#delayNs.push(delayNs);
	}

	/** As the block that `from` is composed to. */
	finish(from: Block): Block {
		const taskCount = this.#kind.length;
		const edgeCount = this.#pred.length;
		return {
			name: from.name,
			taskCount,
			edgeCount,
			kind: Uint8Array.from(this.#kind),
			lane: Uint8Array.from(this.#lane),
			nameId: new Uint32Array(taskCount),
			shapeId: new Uint32Array(taskCount),
			durationNs: Float64Array.from(this.#durationNs),
			predOffset: Uint32Array.from([...this.#predOffset, edgeCount]),
			pred: Uint32Array.from(this.#pred),
			delayNs: Float64Array.from(this.#delayNs),
			edgeKind: new Uint8Array(edgeCount),
			confidence: new Uint8Array(edgeCount),
			externalEdge: Uint32Array.from(this.#externalEdge),
			externalLane: Uint8Array.from(this.#externalLane),
			messageEdge: Uint32Array.from(this.#messageEdge),
			waitTask: EMPTY_U32,
			waitLane: EMPTY_U8,
			waitDelayNs: EMPTY_F64,
			waitConfidence: EMPTY_U8,
			meetings: from.meetings,
			messageCount: 0,
			touchedLane: Uint8Array.from(this.#touchedLane),
			lastOnLane: Uint32Array.from(this.#lastOnLane),
		};
	}
}
