/** The tasks of a composed block: without names and kinds, which do not count for times. */
import type { Block } from "../../plan/block.js";

const EMPTY_U8 = new Uint8Array(0);
const EMPTY_U32 = new Uint32Array(0);
const EMPTY_F64 = new Float64Array(0);

export class ComposedTasks {
	readonly #lane: number[] = [];
	readonly #durationNs: number[] = [];
	readonly #predOffset: number[] = [];
	readonly #pred: number[] = [];
	readonly #delayNs: number[] = [];
	readonly #externalEdge: number[] = [];
	readonly #externalLane: number[] = [];
	readonly #messageEdge: number[] = [];
	readonly #meetingEdge: number[] = [];

	/** A task, which the edges that are added next belong to; returns its number. */
	add(lane: number, durationNs: number): number {
		this.#durationNs.push(durationNs);
		this.#predOffset.push(this.#pred.length);
		return this.#lane.push(lane) - 1;
	}

	afterStart(task: number, delayNs: number): void {
		this.#edge(2 * task, delayNs);
	}

	/** @param time 2 x lane + (0: after its last start, 1: after its last finish) */
	afterLane(time: number, delayNs: number): void {
		this.#externalLane.push(time >>> 1);
		this.#externalEdge.push(this.#edge(time & 1, delayNs));
	}

	afterMessage(delayNs: number): void {
		this.#messageEdge.push(this.#edge(1, delayNs));
	}

	afterMeeting(meeting: number, delayNs: number): void {
		this.#meetingEdge[meeting] = this.#edge(1, delayNs);
	}

	#edge(pred: number, delayNs: number): number {
		this.#delayNs.push(delayNs);
		return this.#pred.push(pred) - 1;
	}

	/** As the block that `from` is composed to; `kept` says what its tasks are here. */
	finish(from: Block, kept: ReadonlyMap<number, number>): Block {
		const taskCount = this.#lane.length;
		const edgeCount = this.#pred.length;
		const nowAt = (task: number): number => kept.get(task)!;
		return {
			name: from.name,
			taskCount,
			edgeCount,
			kind: new Uint8Array(taskCount),
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
			meetings: {
				...from.meetings,
				arrive: from.meetings.arrive.map(nowAt),
				transfer: from.meetings.transfer.map(nowAt),
				edge: Uint32Array.from(this.#meetingEdge),
			},
			messageCount: from.messageCount,
			touchedLane: from.touchedLane,
			lastOnLane: from.lastOnLane.map(nowAt),
		};
	}
}
