/** Writes a block task by task; edges belong to the task that was written last. */
import { EdgeKind, EXACT, type TaskKind } from "../graph/graph.js";
import { growableF64, growableU8, growableU32 } from "../lib/growable.js";
import { type Block, GROUP_ROLES, type GroupRole, groupRoleId, NO_LANE } from "./block.js";

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
		this.#afterLastBefore(this.#lastOnLane, lane, kind, options);
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

	/** Adds a whole block: what is placed often should be large, so blocks that always follow each other are joined. */
	append(block: Block): void {
		this.#settleLast();
		const base = this.#kind.length;
		const lastBefore = new Map(this.#lastOnLane);
		const { predOffset, pred, delayNs, edgeKind, confidence, meetings } = block;
		let external = 0;
		let message = 0;
		let meeting = 0;
		for (let task = 0; task < block.taskCount; task++) {
			this.task(
				block.kind[task]! as TaskKind,
				block.lane[task]!,
				block.nameId[task]!,
				block.shapeId[task]!,
				block.durationNs[task]!,
			);
			for (let edge = predOffset[task]!; edge < predOffset[task + 1]!; edge++) {
				const kind = edgeKind[edge]! as EdgeKind;
				const at = (pred[edge]! & 1) === 0 ? "start" : "finish";
				const options: EdgeOptions = { at, delayNs: delayNs[edge]!, confidence: confidence[edge]! };
				if (edge === block.externalEdge[external]) {
					this.#afterLastBefore(lastBefore, block.externalLane[external++]!, kind, options);
				} else if (edge === block.messageEdge[message]) {
					message++;
					this.afterMessage(kind, options);
				} else if (edge === meetings.edge[meeting]) {
					const role = GROUP_ROLES[meetings.role[meeting]!]!;
					this.meeting(
						base + meetings.arrive[meeting]!,
						role,
						meetings.bytes[meeting]!,
						meetings.receives[meeting] === 1,
					);
					meeting++;
				} else {
					this.after(base + (pred[edge]! >>> 1), kind, options);
				}
			}
		}
		block.waitTask.forEach((task, w) => {
			this.#waitTask.push(base + task);
			this.#waitLane.push(block.waitLane[w]!);
			this.#waitDelayNs.push(block.waitDelayNs[w]!);
			this.#waitConfidence.push(block.waitConfidence[w]!);
		});
	}

	#afterLastBefore(before: ReadonlyMap<number, number>, lane: number, kind: EdgeKind, options: EdgeOptions): void {
		const last = before.get(lane);
		if (last === undefined) this.afterBlock(lane, kind, options);
		else this.after(last, kind, options);
	}

	build(name: string): Block {
		this.#settleLast();
		this.#predOffset.push(this.#pred.length);
		return {
			name,
			taskCount: this.#kind.length,
			edgeCount: this.#pred.length,
			kind: this.#kind.view().slice(),
			lane: this.#lane.view().slice(),
			nameId: this.#nameId.view().slice(),
			shapeId: this.#shapeId.view().slice(),
			durationNs: this.#durationNs.view().slice(),
			predOffset: this.#predOffset.view().slice(),
			pred: this.#pred.view().slice(),
			delayNs: this.#delayNs.view().slice(),
			edgeKind: this.#edgeKind.view().slice(),
			confidence: this.#confidence.view().slice(),
			externalEdge: this.#externalEdge.view().slice(),
			externalLane: this.#externalLane.view().slice(),
			messageEdge: this.#messageEdge.view().slice(),
			waitTask: this.#waitTask.view().slice(),
			waitLane: this.#waitLane.view().slice(),
			waitDelayNs: this.#waitDelayNs.view().slice(),
			waitConfidence: this.#waitConfidence.view().slice(),
			meetings: {
				arrive: this.#arrive.view().slice(),
				transfer: this.#transfer.view().slice(),
				edge: this.#meetingEdge.view().slice(),
				role: this.#role.view().slice(),
				receives: this.#receives.view().slice(),
				bytes: this.#bytes.view().slice(),
			},
			messageCount: this.#messageCount,
			touchedLane: Uint8Array.from(this.#lastOnLane.keys()),
			lastOnLane: Uint32Array.from(this.#lastOnLane.values()),
		};
	}
}
