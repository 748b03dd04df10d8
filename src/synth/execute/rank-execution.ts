/**
 * One rank under way. Its CPU goes through the instructions and runs ahead of its device until a blocking call. Streams
 * are first in, first out; work starts when it has been launched, its stream is free and the events that its stream
 * waits for have happened. Times are whole nanoseconds.
 */
import { growableU32 } from "../../lib/growable.js";
import { cpu, latency } from "../costs.js";
import { isCall, Op, type Program, STREAM_NUMBERS } from "../program/instructions.js";
import type { Meetings, Member } from "./meetings.js";

const NONE = 0xffff_ffff;

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
	/** Work by stream: first that has no end yet, last that was launched, as a list through `#behind`. */
	readonly #first = new Uint32Array(STREAM_NUMBERS.length).fill(NONE);
	readonly #last = new Uint32Array(STREAM_NUMBERS.length).fill(NONE);
	readonly #freeNs = new Float64Array(STREAM_NUMBERS.length);
	readonly #behind: Uint32Array;
	readonly #readyNs: Float64Array;
	readonly #openMeetings: Int32Array;
	/** Last work before each event. */
	readonly #eventWork: Uint32Array;
	/** What the next launch on a stream has to wait for, and what each launched work waits for. */
	readonly #pending: number[][] = STREAM_NUMBERS.map(() => []);
	readonly #awaitedOffset = growableU32();
	readonly #awaited = growableU32();

	constructor(
		readonly program: Program,
		readonly meetings: Meetings,
		readonly wake: (rank: RankExecution) => void,
	) {
		const { workCount, count, eventCount, place } = program;
		this.rank = place.rank;
		this.times = {
			atNs: new Float64Array(count + 1),
			workStartNs: new Float64Array(workCount).fill(Number.NaN),
			workEndNs: new Float64Array(workCount).fill(Number.NaN),
		};
		this.#behind = new Uint32Array(workCount).fill(NONE);
		this.#readyNs = new Float64Array(workCount);
		// -1: has not arrived.
		this.#openMeetings = new Int32Array(workCount).fill(-1);
		this.#eventWork = new Uint32Array(eventCount + 1).fill(NONE);
		this.#awaitedOffset.push(0);
	}

	get finished(): boolean {
		return this.#next === this.program.count && this.#first.every((work) => work === NONE);
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
		const { atNs, workEndNs } = this.times;
		const first = this.#next;
		while (this.#next < count) {
			const i = this.#next;
			const startNs = atNs[i]!;
			let endNs = startNs + ns[i]!;
			switch (op[i]) {
				case Op.launch:
					this.#launch(a[i]!, startNs);
					break;
				case Op.record:
					this.#eventWork[a[i]!] = this.#last[b[i]!]!;
					break;
				case Op.wait: {
					const work = this.#eventWork[a[i]!]!;
					if (work !== NONE) this.#pending[b[i]!]!.push(work);
					break;
				}
				case Op.syncStream:
				case Op.syncDevice:
					for (let stream = 0; stream < STREAM_NUMBERS.length; stream++) {
						if (op[i] === Op.syncStream && stream !== a[i]) continue;
						if (this.#first[stream] !== NONE) return i > first;
						const last = this.#last[stream]!;
						if (last !== NONE) endNs = Math.max(endNs, workEndNs[last]! + latency.wakeUp);
					}
					break;
			}
			atNs[i + 1] = isCall(op[i]!) ? endNs + cpu.afterCall : endNs;
			this.#next++;
		}
		return this.#next > first;
	}

	#launch(work: number, startNs: number): void {
		const { program } = this;
		const stream = program.workKinds[program.workKind[work]!]!.stream;
		this.#readyNs[work] = startNs + program.launchLatencyNs[work]!;
		const pending = this.#pending[stream]!;
		for (const awaited of pending) this.#awaited.push(awaited);
		pending.length = 0;
		this.#awaitedOffset.push(this.#awaited.length);
		const last = this.#last[stream]!;
		if (this.#first[stream] === NONE) this.#first[stream] = work;
		else this.#behind[last] = work;
		this.#last[stream] = work;
	}

	/** Finds the times of what is first on a stream, as far as they can be known; whether any was. */
	#runStream(stream: number): boolean {
		const { workStartNs, workEndNs } = this.times;
		const { workNs } = this.program;
		let progress = false;
		for (let work = this.#first[stream]!; work !== NONE; work = this.#first[stream]!) {
			if (Number.isNaN(workStartNs[work]!) && !this.#start(stream, work)) return progress;
			if (Number.isNaN(workEndNs[work]!)) {
				if (this.#openMeetings[work]! >= 0) return progress;
				workEndNs[work] = workStartNs[work]! + workNs[work]!;
			}
			this.#freeNs[stream] = workEndNs[work]! + latency.streamGap;
			this.#first[stream] = this.#behind[work]!;
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
