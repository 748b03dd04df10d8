/**
 * One rank under way. Its CPU goes through the instructions and runs ahead of its device until a blocking call. Streams
 * are first in, first out; work starts when it has been launched, its stream is free and the events that its stream
 * waits for have happened. The launch queue of a stream is finite. Times are whole nanoseconds.
 */
import { growableU32 } from "../../lib/growable.js";
import { cpu, LAUNCH_QUEUE, latency } from "../costs.js";
import { isCall, Op, type Program, STREAM_NUMBERS } from "../program/instructions.js";
import type { Meetings, Member } from "./meetings.js";

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
	/** Work of each stream in the order of launches, and how much of it has ended. */
	readonly #launched = STREAM_NUMBERS.map(() => growableU32(16));
	readonly #ended = new Uint32Array(STREAM_NUMBERS.length);
	readonly #freeNs = new Float64Array(STREAM_NUMBERS.length);
	readonly #readyNs: Float64Array;
	readonly #openMeetings: Int32Array;
	/** What the next launch on a stream has to wait for besides what is there, and what each launched work waits for. */
	readonly #pending: number[][] = STREAM_NUMBERS.map(() => []);
	readonly #awaitedOffset = growableU32();
	readonly #awaited = growableU32();
	/** The work that has to end before an event has happened, event after event. */
	readonly #eventOffset = growableU32();
	readonly #eventWork = growableU32();

	constructor(
		readonly program: Program,
		readonly meetings: Meetings,
		readonly wake: (rank: RankExecution) => void,
	) {
		const { workCount, count, place } = program;
		this.rank = place.rank;
		this.times = {
			atNs: new Float64Array(count + 1),
			workStartNs: new Float64Array(workCount).fill(Number.NaN),
			workEndNs: new Float64Array(workCount).fill(Number.NaN),
		};
		this.#readyNs = new Float64Array(workCount);
		// -1: has not arrived.
		this.#openMeetings = new Int32Array(workCount).fill(-1);
		this.#awaitedOffset.push(0);
		// Events count from 1.
		this.#eventOffset.push(0);
		this.#eventOffset.push(0);
	}

	get finished(): boolean {
		return this.#next === this.program.count && STREAM_NUMBERS.every((_, stream) => this.#isIdle(stream));
	}

	/** Goes on until nothing can be known before another rank is. */
	run(): void {
		let progress = true;
		while (progress) {
			progress = this.#runCpu();
			for (let stream = 0; stream < STREAM_NUMBERS.length; stream++) {
				if (this.#runStream(stream)) progress = true;
			}
		}
	}

	endMeeting(work: number, endNs: number): void {
		const { workEndNs } = this.times;
		this.#readyNs[work] = Math.max(this.#readyNs[work]!, endNs);
		if (--this.#openMeetings[work]! > 0) return;
		workEndNs[work] = this.#readyNs[work]!;
		this.wake(this);
	}

	#runCpu(): boolean {
		const { op, a, b, ns, count } = this.program;
		const { atNs } = this.times;
		const first = this.#next;
		while (this.#next < count) {
			const i = this.#next;
			const startNs = atNs[i]!;
			let endNs = startNs + ns[i]!;
			switch (op[i]) {
				case Op.launch: {
					const roomNs = this.#roomNs(this.#streamOf(a[i]!));
					if (Number.isNaN(roomNs)) return i > first;
					endNs = Math.max(endNs, roomNs + ns[i]!);
					this.#launch(a[i]!, endNs - ns[i]!);
					break;
				}
				case Op.record:
					this.#record(b[i]!);
					break;
				case Op.wait:
					for (let e = this.#eventOffset.get(a[i]!); e < this.#eventOffset.get(a[i]! + 1); e++)
						this.#pending[b[i]!]!.push(this.#eventWork.get(e));
					break;
				case Op.syncStream:
				case Op.syncDevice:
					for (let stream = 0; stream < STREAM_NUMBERS.length; stream++) {
						if (op[i] === Op.syncStream && stream !== a[i]) continue;
						const idleNs = this.#idleNs(stream);
						if (Number.isNaN(idleNs)) return i > first;
						endNs = Math.max(endNs, idleNs + latency.wakeUp);
					}
					break;
			}
			atNs[i + 1] = isCall(op[i]!) ? endNs + cpu.afterCall : endNs;
			this.#next++;
		}
		return this.#next > first;
	}

	#streamOf(work: number): number {
		const { workKinds, workKind } = this.program;
		return workKinds[workKind[work]!]!.stream;
	}

	/** An event has happened when all that is on its stream has: also what the stream has been told to wait for. */
	#record(stream: number): void {
		const launched = this.#launched[stream]!;
		if (launched.length > 0) this.#eventWork.push(launched.get(launched.length - 1));
		for (const work of this.#pending[stream]!) this.#eventWork.push(work);
		this.#eventOffset.push(this.#eventWork.length);
	}

	/** When all that is on a stream has happened; NaN where that is not known yet. */
	#idleNs(stream: number): number {
		const launched = this.#launched[stream]!;
		const { workEndNs } = this.times;
		const ofWork = launched.length > 0 ? workEndNs[launched.get(launched.length - 1)]! : Number.NEGATIVE_INFINITY;
		return this.#pending[stream]!.reduce((latest, work) => Math.max(latest, workEndNs[work]!), ofWork);
	}

	/** Whether all that was launched has ended. */
	#isIdle(stream: number): boolean {
		return this.#ended[stream] === this.#launched[stream]!.length;
	}

	/** When the launch queue has room for one more; NaN where that is not known yet. */
	#roomNs(stream: number): number {
		const launched = this.#launched[stream]!;
		if (launched.length < LAUNCH_QUEUE) return 0;
		return this.times.workEndNs[launched.get(launched.length - LAUNCH_QUEUE)]!;
	}

	#launch(work: number, startNs: number): void {
		const stream = this.#streamOf(work);
		this.#readyNs[work] = startNs + this.program.launchLatencyNs[work]!;
		const pending = this.#pending[stream]!;
		for (const awaited of pending) this.#awaited.push(awaited);
		pending.length = 0;
		this.#awaitedOffset.push(this.#awaited.length);
		this.#launched[stream]!.push(work);
	}

	/** Finds the times of what is first on a stream, as far as they can be known; whether any was. */
	#runStream(stream: number): boolean {
		const { workStartNs, workEndNs } = this.times;
		const { workNs } = this.program;
		const launched = this.#launched[stream]!;
		let progress = false;
		while (this.#ended[stream]! < launched.length) {
			const work = launched.get(this.#ended[stream]!);
			if (Number.isNaN(workStartNs[work]!) && !this.#start(stream, work)) return progress;
			if (Number.isNaN(workEndNs[work]!)) {
				if (this.#openMeetings[work]! >= 0) return progress;
				workEndNs[work] = workStartNs[work]! + workNs[work]!;
			}
			this.#freeNs[stream] = workEndNs[work]! + latency.streamGap;
			this.#ended[stream]!++;
			progress = true;
		}
		return progress;
	}

	/** Whether all that `work` waits for is known; it goes to its meetings then. */
	#start(stream: number, work: number): boolean {
		const { meetingOffset, meetingKey, meetingSize, meetingNs } = this.program;
		const { workStartNs, workEndNs } = this.times;
		let startNs = Math.max(this.#readyNs[work]!, this.#freeNs[stream]!);
		for (let i = this.#awaitedOffset.get(work); i < this.#awaitedOffset.get(work + 1); i++) {
			const endNs = workEndNs[this.#awaited.get(i)]!;
			if (Number.isNaN(endNs)) return false;
			startNs = Math.max(startNs, endNs + latency.event);
		}
		workStartNs[work] = startNs;
		const from = meetingOffset[work]!;
		const to = meetingOffset[work + 1]!;
		if (from === to) return true;
		this.#readyNs[work] = startNs;
		this.#openMeetings[work] = to - from;
		for (let m = from; m < to; m++)
			this.meetings.arrive(meetingKey[m]!, meetingSize[m]!, meetingNs[m]!, this, work, startNs);
		return true;
	}
}
