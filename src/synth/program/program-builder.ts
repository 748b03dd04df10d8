/**
 * Writes the program of one rank. All randomness is drawn here, so that executing a program is exact arithmetic; a
 * program depends on the job and the rank alone, and is built again wherever it is needed.
 */
import { growableF64, growableU8, growableU32 } from "../../lib/growable.js";
import { cpu, latency } from "../costs.js";
import type { Job } from "../job.js";
import { type Place, placeOf } from "../place.js";
import { Random } from "../random.js";
import { Op, type Program, Thread } from "./instructions.js";
import { type KernelOp, KindTable } from "./kind-table.js";

/** Something enqueued that a stream can wait for later. */
export type Event = number;

export interface Meeting {
	readonly key: number;
	readonly size: number;
	readonly ns: number;
}

export class ProgramBuilder {
	readonly place: Place;
	readonly kinds = new KindTable();
	readonly #op = growableU8(4096);
	readonly #a = growableU32(4096);
	readonly #b = growableU32(4096);
	readonly #ns = growableF64(4096);
	readonly #workKind = growableU32();
	readonly #workNs = growableF64();
	readonly #launchLatencyNs = growableF64();
	readonly #workSequence = growableU32();
	readonly #meetingOffset = growableU32();
	readonly #meetingKey = growableF64();
	readonly #meetingSize = growableU32();
	readonly #meetingNs = growableF64();
	readonly #random: Random;
	readonly #computeFactor: number;
	readonly #cpuFactor: number;
	#eventCount = 0;
	#sequence = 300;

	constructor(
		readonly job: Job,
		rank: number,
	) {
		this.place = placeOf(job, rank);
		this.#random = new Random(job.seed, "rank", rank);
		this.#computeFactor = job.stragglers[rank] ?? 1;
		this.#cpuFactor = job.lateLaunchers[rank] ?? 1;
		this.#meetingOffset.push(0);
	}

	nextSequence(): number {
		return ++this.#sequence;
	}

	cpu(meanNs: number): void {
		this.#push(Op.cpu, 0, 0, this.#cpuTime(meanNs));
	}

	range(kind: number, sequence: number, body: () => void): void {
		const head = this.kinds.ranges[kind]!.category === "cpu_op" ? cpu.operatorHead : cpu.annotationHead;
		this.#push(Op.begin, kind, sequence, this.#cpuTime(head));
		body();
		this.#push(Op.end, 0, 0, this.#cpuTime(cpu.rangeTail));
	}

	/** A PyTorch operator, after the Python time that led to it. */
	op(kind: number, sequence: number, body: () => void): void {
		this.cpu(cpu.python);
		this.range(kind, sequence, body);
	}

	/** An operator whose work is one kernel on the compute stream. */
	kernelOp(kind: number, kernel: KernelOp): void {
		this.op(kind, 0, () => this.launch(kernel));
	}

	/** Work of this rank for itself, on the compute stream. */
	launch({ kind, meanNs }: KernelOp): void {
		this.#launch(kind, this.#random.around(meanNs * this.#computeFactor, this.job.deviceNoise), 0);
	}

	/** A kernel that meets those of other ranks. */
	launchMeeting(kind: number, sequence: number, meetings: readonly Meeting[]): void {
		for (const { key, size, ns } of meetings) {
			this.#meetingKey.push(key);
			this.#meetingSize.push(size);
			this.#meetingNs.push(ns);
		}
		const wireNs = meetings.reduce((longest, { ns }) => Math.max(longest, ns), 0);
		this.#launch(kind, wireNs, sequence);
	}

	recordEvent(stream: number): Event {
		this.#push(Op.record, ++this.#eventCount, stream, this.#cpuTime(cpu.event));
		return this.#eventCount;
	}

	streamWait(stream: number, event: Event): void {
		this.#push(Op.wait, event, stream, this.#cpuTime(cpu.event));
	}

	synchronizeStream(stream: number): void {
		this.#push(Op.syncStream, stream, 0, this.#cpuTime(cpu.sync));
	}

	synchronizeDevice(): void {
		this.cpu(cpu.python);
		this.#push(Op.syncDevice, 0, 0, this.#cpuTime(cpu.sync));
	}

	/** Runs `body` on the autograd thread while the main thread waits. */
	onAutogradThread(body: () => void): void {
		this.#push(Op.switchThread, Thread.autograd, 0, this.#cpuTime(cpu.toAutograd));
		body();
		this.#push(Op.switchThread, Thread.main, 0, this.#cpuTime(cpu.fromAutograd));
	}

	build(): Program {
		return {
			place: this.place,
			rangeKinds: this.kinds.ranges,
			workKinds: this.kinds.works,
			count: this.#op.length,
			op: this.#op.view().slice(),
			a: this.#a.view().slice(),
			b: this.#b.view().slice(),
			ns: this.#ns.view().slice(),
			workCount: this.#workKind.length,
			workKind: this.#workKind.view().slice(),
			workNs: this.#workNs.view().slice(),
			launchLatencyNs: this.#launchLatencyNs.view().slice(),
			workSequence: this.#workSequence.view().slice(),
			meetingOffset: this.#meetingOffset.view().slice(),
			meetingKey: this.#meetingKey.view().slice(),
			meetingSize: this.#meetingSize.view().slice(),
			meetingNs: this.#meetingNs.view().slice(),
			eventCount: this.#eventCount,
		};
	}

	#launch(kind: number, workNs: number, sequence: number): void {
		const work = this.#workKind.length;
		this.#workKind.push(kind);
		this.#workNs.push(workNs);
		this.#launchLatencyNs.push(this.#cpuTime(latency.launch));
		this.#workSequence.push(sequence);
		this.#meetingOffset.push(this.#meetingKey.length);
		this.#push(Op.launch, work, 0, this.#cpuTime(cpu.launch));
	}

	#cpuTime(meanNs: number): number {
		return this.#random.around(meanNs * this.#cpuFactor, this.job.cpuNoise);
	}

	#push(op: number, a: number, b: number, ns: number): void {
		this.#op.push(op);
		this.#a.push(a);
		this.#b.push(b);
		this.#ns.push(ns);
	}
}
