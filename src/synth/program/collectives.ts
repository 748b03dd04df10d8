/** Collectives and transfers of a rank: what each looks like, and in which order its members meet. */

import { worldSize } from "../job.js";
import type { Group } from "../place.js";
import { aroundOf } from "../random.js";
import { type CollectiveKind, collectiveNs, transferNs } from "../wire-time.js";
import { type CollectiveInfo, Stream } from "./instructions.js";
import type { Event, Meeting, ProgramBuilder } from "./program-builder.js";

/** Meetings of one group, or from one rank to another, are numbered within so much. */
const MEETINGS_PER_CHANNEL = 2 ** 24;

export interface CollectiveOp {
	readonly outerKind: number;
	readonly paramsKind: number;
	readonly annotationKind: number;
	readonly workKind: number;
	readonly stream: number;
	readonly group: Group;
	readonly meanNs: number;
}

export interface CollectiveSpec {
	readonly name: CollectiveKind;
	readonly stream: number;
	readonly group: Group;
	/** Of the whole message: what comes out of a gather, what goes into a scatter. */
	readonly elements: number;
	readonly dtype: CollectiveInfo["dtype"];
}

const elementBytes = { BFloat16: 2, Float: 4, Long: 8 } as const;
const ncclTypes = { BFloat16: "bf16", Float: "f32", Long: "u64" } as const;

const operatorTypes = { BFloat16: "c10::BFloat16", Float: "float", Long: "long int" } as const;

/** Names of the PyTorch operator, of NCCL's range, and of the kernel. */
const names: Readonly<Record<CollectiveKind, readonly [string, string, (type: string) => string]>> = {
	allreduce: ["c10d::allreduce_", "nccl:all_reduce", (type) => `AllReduce_Sum_${type}_RING_LL`],
	_allgather_base: ["c10d::_allgather_base_", "nccl:_all_gather_base", () => "AllGather_RING_LL"],
	_reduce_scatter_base: [
		"c10d::_reduce_scatter_base_",
		"nccl:_reduce_scatter_base",
		(type) => `ReduceScatter_Sum_${type}_RING_LL`,
	],
	broadcast: ["c10d::broadcast_", "nccl:broadcast", () => "Broadcast_RING_LL"],
};

const kernelName = (what: string): string => `ncclDevKernel_${what}(ncclDevKernelArgsStorage<4096ul>)`;

export class Collectives {
	readonly #count = new Map<number, number>();

	constructor(readonly program: ProgramBuilder) {}

	/** A collective to be called any number of times; undefined where the group is one rank. */
	define({ name, stream, group, elements, dtype }: CollectiveSpec): CollectiveOp | undefined {
		const { program } = this;
		const n = group.ranks.length;
		if (n === 1) return undefined;
		const [operator, range, kernel] = names[name];
		const inElements = name === "_allgather_base" ? elements / n : elements;
		const outElements = name === "_reduce_scatter_base" ? elements / n : elements;
		const collective: CollectiveInfo = { name, group, inElements, outElements, dtype };
		return {
			outerKind: program.kinds.range({
				category: "cpu_op",
				name: operator,
				dims: [[inElements]],
				types: [operatorTypes[dtype]],
			}),
			paramsKind: program.kinds.range({ category: "cpu_op", name: "record_param_comms", collective }),
			annotationKind: program.kinds.range({ category: "user_annotation", name: range }),
			workKind: program.kinds.work({
				category: "kernel",
				name: kernelName(kernel(ncclTypes[dtype])),
				stream,
				call: "cudaLaunchKernelExC",
				launch: { grid: [16, 1, 1], block: [512, 1, 1], registers: 96, sharedMemory: 103_808 },
				collective,
			}),
			stream,
			group,
			meanNs: collectiveNs(name, elements * elementBytes[dtype], group.ranks, program.job.gpusPerNode),
		};
	}

	/** Waits for what is on the compute stream; what it gives can be waited for. */
	call(op: CollectiveOp): Event {
		const { program } = this;
		const sequence = this.#next(op.group.id);
		const meeting = this.#meeting(op.group.id, sequence, op.group.ranks.length, op.meanNs);
		let done: Event = 0;
		program.op(op.outerKind, 0, () =>
			program.range(op.paramsKind, sequence, () => {
				program.streamWait(op.stream, program.recordEvent(Stream.compute));
				program.range(op.annotationKind, 0, () => program.launchMeeting(op.workKind, sequence, [meeting]));
				done = program.recordEvent(op.stream);
			}),
		);
		return done;
	}

	/** The same, and the compute stream waits at once. Nothing happens without an operation. */
	callAndWait(op: CollectiveOp | undefined): void {
		if (op) this.program.streamWait(Stream.compute, this.call(op));
	}

	/** A number for the next message from one rank to another, and how long it takes. */
	transfer(from: number, to: number, bytes: number): Meeting {
		const { job } = this.program;
		const world = worldSize(job);
		// Behind the numbers of all groups.
		const channel = 5 * world + 1 + from * world + to;
		return this.#meeting(channel, this.#next(channel), 2, transferNs(bytes, from, to, job.gpusPerNode));
	}

	#next(channel: number): number {
		const next = (this.#count.get(channel) ?? 0) + 1;
		this.#count.set(channel, next);
		return next;
	}

	/** Drawn from the meeting, not from the rank: all members must agree. */
	#meeting(channel: number, sequence: number, size: number, meanNs: number): Meeting {
		const { seed, deviceNoise } = this.program.job;
		const key = channel * MEETINGS_PER_CHANNEL + sequence;
		return { key, size, ns: aroundOf(meanNs, deviceNoise, seed, channel, sequence) };
	}
}
