/**
 * One rank of a plan on its way through its program. A transfer that ends a block (a send or a receive on a stream of
 * its own) is put off while its peer is missing: what follows goes on, until something asks for its lane or its message.
 */
import { GROUP_ROLES, groupRoleId } from "../block.js";
import type { RankProgram } from "../program.js";
import { type CompiledBlock, settleTasks, taskAddress } from "./compiled-block.js";
import type { RankLog } from "./device-log.js";
import { ALONE, type MeetingTimes } from "./meeting-times.js";

const MESSAGE = groupRoleId("message");
const NOTHING_PENDING = -1;

export class RankRun {
	readonly program: RankProgram;
	readonly #compiled: readonly CompiledBlock[];
	readonly #time: Float64Array;
	readonly #base: number;
	/** Meetings so far, by role. */
	readonly #nth = new Uint32Array(GROUP_ROLES.length);
	/** The rendezvous of the meetings of the block that is under way. */
	#rendezvous = new Int32Array(8);
	/** One a lane: the rendezvous that its last task waits for, when it could start but for that, and what it takes. */
	readonly #pending: Int32Array;
	readonly #pendingReadyNs: Float64Array;
	readonly #pendingNs: Float64Array;
	readonly #pendingReceives: Uint8Array;
	readonly #pendingIsMessage: Uint8Array;
	/** When it arrived, for the log. */
	readonly #pendingArrivedNs: Float64Array;
	readonly #log: RankLog | undefined;
	#isDeferred = false;
	#item = 0;
	#message = 0;
	/** Next task of the block that is under way, and next of its meetings. */
	#task = 0;
	#meeting = 0;
	#isOpen = false;
	isDone = false;
	taskCount = 0;

	constructor(program: RankProgram, compiled: readonly CompiledBlock[], lanes: number, room: number, log?: RankLog) {
		this.program = program;
		this.#compiled = compiled;
		this.#base = taskAddress(lanes);
		// On an empty lane there is nothing to wait for.
		this.#time = new Float64Array(room).fill(Number.NEGATIVE_INFINITY, 0, this.#base);
		this.#pending = new Int32Array(lanes).fill(NOTHING_PENDING);
		this.#pendingReadyNs = new Float64Array(lanes);
		this.#pendingNs = new Float64Array(lanes);
		this.#pendingReceives = new Uint8Array(lanes);
		this.#pendingIsMessage = new Uint8Array(lanes);
		this.#pendingArrivedNs = new Float64Array(lanes);
		this.#log = log;
	}

	/** The latest finish: each lane keeps its order, so that its last task says when it is done. */
	get finishNs(): number {
		let latest = 0;
		for (let at = 1; at < this.#base; at += 2) latest = Math.max(latest, this.#time[at]!);
		return latest;
	}

	/** Goes on until the program ends or somebody is missing; puts programs that need wait no longer into `ready`. */
	run(self: number, meetings: MeetingTimes, ready: number[]): void {
		const { block } = this.program;
		for (; this.#item < block.length; this.#item++) {
			const compiled = this.#compiled[block[this.#item]!]!;
			if (!this.#isOpen && !this.#open(compiled, self, meetings)) return;
			if (!this.#meet(compiled, self, meetings, ready)) return;
			this.#log?.addBlock(block[this.#item]!, this.#time, this.#base, this.#isDeferred);
			this.#close(compiled.block);
		}
		for (let lane = 0; lane < this.#pending.length; lane++) if (!this.#settleLane(lane, self, meetings)) return;
		this.isDone = true;
	}

	/** Looks up what the block needs of before, and whom it meets; false where that is not known yet. */
	#open({ block, messageAddress, readsLane }: CompiledBlock, self: number, meetings: MeetingTimes): boolean {
		for (let l = 0; l < readsLane.length; l++) {
			if (!this.#settleLane(readsLane[l]!, self, meetings)) return false;
		}
		const { role } = block.meetings;
		const { message } = this.program;
		const awaited = this.#message + block.messageCount;
		for (let x = 0; x < block.messageEdge.length; x++) {
			const id = message[awaited + x]!;
			for (let lane = 0; lane < this.#pending.length; lane++) {
				const isIt = this.#pending[lane] === id && this.#pendingReceives[lane] === 1;
				if (isIt && !this.#settleLane(lane, self, meetings)) return false;
			}
			this.#time[messageAddress + 2 * x] = meetings.receivedNs[id] ?? Number.NEGATIVE_INFINITY;
		}
		if (this.#rendezvous.length < role.length) this.#rendezvous = new Int32Array(2 * role.length);
		for (let m = 0; m < role.length; m++) {
			const named = role[m] === MESSAGE ? message[this.#message++]! : 0;
			this.#rendezvous[m] = meetings.rendezvousOf(this.program, role[m]!, named, this.#nth);
		}
		this.#message += block.messageEdge.length;
		this.#isOpen = true;
		this.#task = 0;
		this.#meeting = 0;
		return true;
	}

	/** Settles the block from meeting to meeting; false where somebody is missing. */
	#meet(compiled: CompiledBlock, self: number, meetings: MeetingTimes, ready: number[]): boolean {
		const { meetingOrder, meetingAddress, block } = compiled;
		const { arrive, transfer, receives } = block.meetings;
		const time = this.#time;
		const base = this.#base;
		const count = meetingOrder.length;
		for (; this.#meeting < count; this.#meeting++) {
			const m = meetingOrder[this.#meeting]!;
			const at = transfer[m]!;
			if (this.#task < at) {
				settleTasks(compiled, time, base, this.#task, at);
				this.#task = at;
				this.#arrive(compiled, at, meetings, ready);
			}
			const rendezvous = this.#rendezvous[m]!;
			const slot = meetingAddress + 2 * m;
			if (rendezvous === ALONE) time[slot] = time[base + 2 * arrive[m]! + 1]!;
			else if (meetings.isComplete(rendezvous)) time[slot] = meetings.timeNs(rendezvous);
			else if (!compiled.canDefer) {
				meetings.wait(rendezvous, self);
				return false;
			} else {
				time[slot] = Number.NEGATIVE_INFINITY;
				settleTasks(compiled, time, base, at, at + 1);
				this.#defer(block.lane[at]!, rendezvous, time[base + 2 * at]!, block.durationNs[at]!, receives[m]!);
				this.#pendingIsMessage[block.lane[at]!] = block.meetings.role[m] === MESSAGE ? 1 : 0;
				this.#pendingArrivedNs[block.lane[at]!] = time[base + 2 * arrive[m]!]!;
				return true;
			}
		}
		settleTasks(compiled, time, base, this.#task, block.taskCount);
		for (let m = 0; m < count; m++) {
			if (receives[m] !== 1 || this.#rendezvous[m] === ALONE) continue;
			meetings.receivedNs[this.#rendezvous[m]!] = time[base + 2 * transfer[m]! + 1]!;
		}
		return true;
	}

	/** Arrives at all meetings of the transfer `at`, before it waits for any of them. */
	#arrive({ meetingOrder, block }: CompiledBlock, at: number, meetings: MeetingTimes, ready: number[]): void {
		const { arrive, transfer } = block.meetings;
		for (let i = this.#meeting; i < meetingOrder.length && transfer[meetingOrder[i]!] === at; i++) {
			const m = meetingOrder[i]!;
			const rendezvous = this.#rendezvous[m]!;
			if (rendezvous === ALONE) continue;
			let woken = meetings.arrive(rendezvous, this.#time[this.#base + 2 * arrive[m]! + 1]!);
			for (; woken >= 0; woken = meetings.nextWaiting(woken)) ready.push(woken);
		}
	}

	#defer(lane: number, rendezvous: number, readyNs: number, durationNs: number, receives: number): void {
		this.#pending[lane] = rendezvous;
		this.#pendingReadyNs[lane] = readyNs;
		this.#pendingNs[lane] = durationNs;
		this.#pendingReceives[lane] = receives;
		this.#isDeferred = true;
	}

	/** Makes the last task of a lane known; false where that has to wait for somebody. */
	#settleLane(lane: number, self: number, meetings: MeetingTimes): boolean {
		const rendezvous = this.#pending[lane]!;
		if (rendezvous === NOTHING_PENDING) return true;
		if (!meetings.isComplete(rendezvous)) {
			meetings.wait(rendezvous, self);
			return false;
		}
		const start = Math.max(this.#pendingReadyNs[lane]!, meetings.timeNs(rendezvous));
		this.#time[2 * lane] = start;
		this.#time[2 * lane + 1] = start + this.#pendingNs[lane]!;
		if (this.#pendingReceives[lane] === 1) meetings.receivedNs[rendezvous] = this.#time[2 * lane + 1]!;
		this.#pending[lane] = NOTHING_PENDING;
		const isMessage = this.#pendingIsMessage[lane] === 1;
		this.#log?.addDeferred(this.#pendingArrivedNs[lane]!, start, start + this.#pendingNs[lane]!, isMessage);
		return true;
	}

	/** What the block leaves behind: the last task of each of its lanes. */
	#close({ touchedLane, lastOnLane, taskCount }: CompiledBlock["block"]): void {
		const time = this.#time;
		for (let l = 0; l < touchedLane.length; l++) {
			const from = this.#base + 2 * lastOnLane[l]!;
			const to = 2 * touchedLane[l]!;
			time[to] = time[from]!;
			time[to + 1] = time[from + 1]!;
		}
		this.taskCount += taskCount;
		this.#isOpen = false;
		this.#isDeferred = false;
	}
}
