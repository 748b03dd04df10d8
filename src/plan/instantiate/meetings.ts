/**
 * Who meets whom: the rendezvous of messages and collectives across the programs of a plan. A message is named by its
 * number; the n-th collective of a group on one rank is the n-th of the others.
 */
import { EdgeKind, NO_PROCESSOR } from "../../graph/graph.js";
import { type Block, groupRoleId } from "../block.js";
import { type ExecutionPlan, NO_GROUP, NO_MESSAGE, type RankProgram } from "../program.js";
import type { LeanColumns } from "./arena.js";
import type { PlanSize } from "./size.js";

const MESSAGE = groupRoleId("message");
const NONE = 0xffffffff;

export class MeetingTable {
	readonly #plan: ExecutionPlan;
	readonly #size: PlanSize;
	/** The arrivals of every rendezvous, in the order of its edges. */
	readonly #arrivals: Uint32Array;
	/** How many ranks came to each message so far. */
	readonly #comers: Uint8Array;
	/** The transfer that received each message. */
	readonly #received: Uint32Array;
	/** Members of a group that were placed before this one. */
	readonly #before: Uint32Array;
	/** Meetings of the rank with each of its groups so far. */
	readonly #met: Uint32Array;

	constructor(plan: ExecutionPlan, size: PlanSize) {
		this.#plan = plan;
		this.#size = size;
		this.#arrivals = new Uint32Array(size.edgeCount - size.meetingEdges).fill(NONE);
		this.#comers = new Uint8Array(plan.messageCount);
		this.#received = new Uint32Array(plan.messageCount).fill(NONE);
		this.#before = new Uint32Array(plan.groupSize.length);
		this.#met = new Uint32Array(plan.groupSize.length);
	}

	/** Binds the meetings of a block that was placed at `task` and `edge`; returns the next message of the program. */
	bind(program: RankProgram, block: Block, task: number, edge: number, message: number, pred: Uint32Array): number {
		const { role, arrive, transfer, edge: meetingEdge, receives } = block.meetings;
		const firstRendezvous = this.#size.rankBegin.at(-1)!;
		let next = message;
		for (let m = 0; m < role.length; m++) {
			let rendezvous: number;
			let slot: number;
			if (role[m] === MESSAGE) {
				const id = program.message[next++]!;
				if (id === NO_MESSAGE) continue;
				if (this.#comers[id] === 2) throw new Error(`message ${id} of the plan has more than two ends`);
				if (receives[m] === 1) this.#received[id] = task + transfer[m]!;
				rendezvous = id;
				slot = 2 * id + this.#comers[id]!++;
			} else {
				const group = program.group[role[m]!]!;
				if (group === NO_GROUP) continue;
				const nth = this.#met[group]!++;
				rendezvous = this.#size.groupBegin[group]! + nth;
				slot = this.#size.groupEdges[group]! + nth * this.#plan.groupSize[group]! + this.#before[group]!;
			}
			this.#arrivals[slot] = task + arrive[m]!;
			pred[edge + meetingEdge[m]!] = 2 * (firstRendezvous + rendezvous) + 1;
		}
		return next;
	}

	/** The task that received a message on the rank; `source` where the message comes from outside the plan. */
	receivedBy(message: number, source: number): number {
		const task = message === NO_MESSAGE ? NONE : this.#received[message]!;
		return task === NONE ? source : task;
	}

	/** A rank is placed: its groups go on with their next member. */
	closeRank(program: RankProgram): void {
		for (const group of program.group) {
			if (group === NO_GROUP) continue;
			this.#before[group]!++;
			this.#met[group] = 0;
		}
	}

	/**
	 * Writes the rendezvous behind the tasks of all ranks.
	 * @throws Error where somebody did not come: a mistake of who made the plan.
	 */
	write(columns: LeanColumns): void {
		const { groupSize, messageCount } = this.#plan;
		const { meetingEdges, groupBegin, rankBegin, taskCount, edgeCount } = this.#size;
		const absent = this.#arrivals.indexOf(NONE);
		if (absent >= 0) throw new Error(`nobody comes to meeting edge ${absent} of the plan (${messageCount} messages)`);
		const arrivals = this.#arrivals;
		for (let i = 0; i < arrivals.length; i++) columns.pred[meetingEdges + i] = 2 * arrivals[i]! + 1;
		columns.delayNs.fill(0, meetingEdges, edgeCount);
		columns.edgeKind.fill(EdgeKind.collective, meetingEdges, edgeCount);
		let task = rankBegin.at(-1)!;
		columns.processor.fill(NO_PROCESSOR, task, taskCount);
		columns.durationNs.fill(0, task, taskCount);
		let edge = meetingEdges;
		for (let message = 0; message < messageCount; message++, edge += 2) columns.predOffset[task++] = edge;
		for (let group = 0; group < groupSize.length; group++) {
			const end = rankBegin.at(-1)! + groupBegin[group + 1]!;
			for (; task < end; edge += groupSize[group]!) columns.predOffset[task++] = edge;
		}
		columns.predOffset[taskCount] = edge;
	}
}
