/**
 * One rank under way. Its CPU goes through the instructions and runs ahead of its device until a blocking call. Streams
 * are first in, first out; work starts when it has been launched, its stream is free and the events that its stream
 * waits for have happened. The launch queue of a stream is finite. Times are whole nanoseconds.
 */
import { growableU32 } from "../../lib/growable.js";
import { cpu, latency } from "../costs.js";
import { isCall, Op, type Program, STREAM_NUMBERS } from "../program/instructions.js";
import type { Meetings, Member } from "./meetings.js";
import { StreamQueue } from "./stream-queue.js";

/** When everything in a program happened. */
export interface RankTimes {
	/** When each instruction began; one more entry for the end of the last. */
	readonly atNs: Float64Array;
	readonly workStartNs: Float64Array;
	readonly workEndNs: Float64Array;
}

export class RankExecution implements Member {
	readonly rank: number;
	readonly times: RankTimes;
	/** Whether it waits to be run on. */
	queued = true;
	#next = 0;
	readonly #streams: readonly StreamQueue[];
	/** When work has been launched; of work that meets others, when the last of its meetings so far ends. */
	readonly #readyNs: Float64Array;
	readonly #openMeetings: Int32Array;
	/** What launched work waits for, work after work, and what an event stands for, event after event (from 1). */
	readonly #awaitedOffset = growableU32();
	readonly #awaited = growableU32();
	readonly #eventOffset = growableU32();
	readonly #eventWork = growableU32();

	constructor(
		readonly program: Program,
		readonly meetings: Meetings,
		readonly wake: (rank: RankExecution) => void,
	) {
		const { workCount, count, place } = program;
		this.rank = place.rank;
		const unknown = (): Float64Array => new Float64Array(workCount).fill(Number.NaN);
		this.times = { atNs: new Float64Array(count + 1), workStartNs: unknown(), workEndNs: unknown() };
		this.#streams = STREAM_NUMBERS.map(() => new StreamQueue(this.times.workEndNs));
		this.#readyNs = new Float64Array(workCount);
		this.#openMeetings = new Int32Array(workCount);
		this.#awaitedOffset.push(0);
		this.#eventOffset.push(0);
		this.#eventOffset.push(0);
	}

	get finished(): boolean {
		return this.#next === this.program.count && this.#streams.every(({ isIdle }) => isIdle);
	}

	/** Goes on until nothing can be known before another rank is. */
	run(): void {
		let progress = true;
		while (progress) {
			progress = this.#runCpu();
			for (const stream of this.#streams) if (this.#runStream(stream)) progress = true;
		}
	}

	endMeeting(work: number, endNs: number): void {
		this.#readyNs[work] = Math.max(this.#readyNs[work]!, endNs);
		if (--this.#openMeetings[work]! > 0) return;
		this.times.workEndNs[work] = this.#readyNs[work]!;
		this.wake(this);
	}

	/** Whether at least one instruction was done. */
	#runCpu(): boolean {
		const { op, ns, count } = this.program;
		const { atNs } = this.times;
		const first = this.#next;
		for (; this.#next < count; this.#next++) {
			const i = this.#next;
			const endNs = isCall(op[i]!) ? this.#call(i) + cpu.afterCall : atNs[i]! + ns[i]!;
			if (Number.isNaN(endNs)) break;
			atNs[i + 1] = endNs;
		}
		return this.#next > first;
	}

	/** When the call of an instruction returns; NaN, and nothing has been done, where that is not known yet. */
	#call(i: number): number {
		const { op, a, b, ns } = this.program;
		const endNs = this.times.atNs[i]! + ns[i]!;
		switch (op[i]) {
			case Op.launch:
				return this.#launch(a[i]!, endNs, ns[i]!);
			case Op.record:
				for (const work of this.#streams[b[i]!]!.pending()) this.#eventWork.push(work);
				this.#eventOffset.push(this.#eventWork.length);
				return endNs;
			case Op.wait:
				for (let e = this.#eventOffset.get(a[i]!); e < this.#eventOffset.get(a[i]! + 1); e++)
					this.#streams[b[i]!]!.awaited.push(this.#eventWork.get(e));
				return endNs;
			case Op.syncStream:
				return Math.max(endNs, this.#streams[a[i]!]!.idleNs() + latency.wakeUp);
			default:
				return this.#streams.reduce((latest, stream) => Math.max(latest, stream.idleNs() + latency.wakeUp), endNs);
		}
	}

	/** @param callNs the cost of the call, which comes after the launch queue has room. */
	#launch(work: number, unblockedNs: number, callNs: number): number {
		const { workKinds, workKind, launchLatencyNs } = this.program;
		const stream = this.#streams[workKinds[workKind[work]!]!.stream]!;
		const endNs = Math.max(unblockedNs, stream.roomNs() + callNs);
		if (Number.isNaN(endNs)) return endNs;
		this.#readyNs[work] = endNs - callNs + launchLatencyNs[work]!;
		for (const awaited of stream.awaited) this.#awaited.push(awaited);
		this.#awaitedOffset.push(this.#awaited.length);
		stream.push(work);
		return endNs;
	}

	/** Finds the times of what is first on a stream, as far as they can be known; whether any was. */
	#runStream(stream: StreamQueue): boolean {
		const { workStartNs, workEndNs } = this.times;
		let progress = false;
		while (!stream.isIdle) {
			const work = stream.first;
			if (Number.isNaN(workStartNs[work]!)) this.#start(stream, work);
			if (Number.isNaN(workEndNs[work]!)) break;
			stream.shift(workEndNs[work]! + latency.streamGap);
			progress = true;
		}
		return progress;
	}

	/** Starts `work` if all that it waits for is known; it ends by itself, or goes to its meetings. */
	#start(stream: StreamQueue, work: number): void {
		const { meetingOffset, meetingKey, meetingSize, meetingNs, workNs } = this.program;
		const { workStartNs, workEndNs } = this.times;
		let startNs = Math.max(this.#readyNs[work]!, stream.freeNs);
		for (let i = this.#awaitedOffset.get(work); i < this.#awaitedOffset.get(work + 1); i++)
			startNs = Math.max(startNs, workEndNs[this.#awaited.get(i)]! + latency.event);
		if (Number.isNaN(startNs)) return;
		workStartNs[work] = startNs;
		const from = meetingOffset[work]!;
		const to = meetingOffset[work + 1]!;
		if (from === to) workEndNs[work] = startNs + workNs[work]!;
		this.#readyNs[work] = startNs;
		this.#openMeetings[work] = to - from;
		for (let m = from; m < to; m++)
			this.meetings.arrive(meetingKey[m]!, meetingSize[m]!, meetingNs[m]!, this, work, startNs);
	}
}
