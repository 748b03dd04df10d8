/**
 * Writes a block as a framework would run it: every kernel and every collective is launched by the main thread, one CPU
 * task each (the operator and its launch), compute kernels follow each other on one stream, and communication has
 * streams of its own that wait for the compute stream and that the compute stream waits for where it needs the result.
 */
import type { CollectiveOp, CostModel, GroupPlacement } from "../../cost/cost-model.js";
import { EdgeKind, TaskKind } from "../../graph/graph.js";
import { formatMessage } from "../../graph/message.js";
import type { Block, GroupRole } from "../block.js";
import { BlockBuilder } from "../block-builder.js";
import { COMPUTE, MAIN } from "./lanes.js";
import type { StringTable } from "./strings.js";

/** A collective of a group whose placement is known. */
export interface Collective {
	readonly role: GroupRole;
	readonly lane: number;
	readonly op: CollectiveOp;
	/** Of the whole, unsharded buffer. */
	readonly bytes: number;
	readonly placement: GroupPlacement;
	/** What it is for, as reports show it. */
	readonly name: string;
	/** A stream of this block that it also waits for. */
	readonly behind?: number;
	/** It starts after the kernels before it, and the kernels after it do not wait. @default false */
	readonly async?: boolean;
	/** Factor on its time, because kernels run meanwhile. @default 1 */
	readonly slowdown?: number;
}

export class Emitter {
	readonly cost: CostModel;
	readonly #strings: StringTable;
	/** Roles whose groups are folded into one rank: their collectives take the wire time and meet nobody. */
	readonly #folded: ReadonlySet<GroupRole>;
	readonly #builder = new BlockBuilder();
	/** Tasks that the next kernel waits for, and streams of which it waits for what stands before the block. */
	#awaited: number[] = [];
	#awaitedBefore: number[] = [];
	#awaitsMessage = false;
	/** Factor on the kernels from here on. */
	slowdown = 1;
	/** Share of an operator's CPU time from here on: backward passes run without the interpreter. */
	cpuShare = 1;

	constructor(cost: CostModel, strings: StringTable, folded: ReadonlySet<GroupRole>) {
		this.cost = cost;
		this.#strings = strings;
		this.#folded = folded;
	}

	/** Another block with the same costs and names, to be written at the same time. */
	fork(): Emitter {
		return new Emitter(this.cost, this.#strings, this.#folded);
	}

	kernel(name: string, shape: string, durationNs: number): void {
		this.#device(TaskKind.kernel, name, shape, durationNs * this.slowdown);
	}

	/** A kernel that reads and writes `bytes` in all. */
	elementwise(name: string, bytes: number): void {
		this.kernel(name, "", this.cost.memoryBound(bytes));
	}

	#device(kind: TaskKind, name: string, shape: string, durationNs: number): void {
		const call = this.launch(name);
		this.#builder.task(kind, COMPUTE, this.#strings.id(name), this.#strings.id(shape), Math.round(durationNs));
		this.#builder.after(call, EdgeKind.launch, { delayNs: Math.round(this.cost.launchNs) });
		this.#builder.afterLane(COMPUTE, EdgeKind.intraStream, { delayNs: Math.round(this.cost.kernelGapNs) });
		for (const task of this.#awaited) this.#builder.after(task, EdgeKind.interStream);
		for (const lane of this.#awaitedBefore) this.#builder.afterBlock(lane, EdgeKind.interStream);
		if (this.#awaitsMessage) this.#builder.afterMessage(EdgeKind.interStream);
		this.#forgetAwaited();
	}

	#forgetAwaited(): void {
		this.#awaited.length = 0;
		this.#awaitedBefore.length = 0;
		this.#awaitsMessage = false;
	}

	/** The CPU side of one operator. */
	launch(name: string): number {
		const cpuNs = Math.round(this.cost.cpuOpNs * this.cpuShare);
		const call = this.#builder.task(TaskKind.launch, MAIN, this.#strings.id(name), 0, cpuNs);
		this.#builder.afterLane(MAIN, EdgeKind.intraThread);
		return call;
	}

	collective(collective: Collective): void {
		const { role, lane, op, bytes, placement, name, behind, slowdown = 1 } = collective;
		if (placement.size < 2) return;
		const wireNs = Math.round(this.cost.collective(op, bytes, placement) * slowdown);
		const call = this.launch(name);
		const nameId = this.#strings.id(name);
		const shape = this.#strings.id(messageShape(op, bytes, `${role} group of ${placement.size}`));
		const folded = this.#folded.has(role);
		const first = this.#builder.task(
			folded ? TaskKind.comm : TaskKind.arrive,
			lane,
			nameId,
			shape,
			folded ? wireNs : 0,
		);
		this.#builder.after(call, EdgeKind.launch, { delayNs: Math.round(this.cost.launchNs) });
		this.#builder.afterLane(lane, EdgeKind.intraStream);
		this.#builder.afterLane(COMPUTE, EdgeKind.interStream);
		if (behind !== undefined) this.#builder.afterLane(behind, EdgeKind.interStream);
		if (!folded) {
			this.#builder.task(TaskKind.transfer, lane, nameId, shape, wireNs);
			this.#builder.after(first, EdgeKind.intraStream);
			this.#builder.meeting(first, role, bytes);
		}
		if (!collective.async) this.await(lane);
	}

	/** The next kernel waits for all that is on `lane` by now. */
	await(lane: number): void {
		const last = this.#builder.lastOn(lane);
		if (last === undefined) this.#awaitedBefore.push(lane);
		else this.#awaited.push(last);
	}

	/** The next kernel waits for a message that was received before the block. */
	awaitMessage(): void {
		this.#awaitsMessage = true;
	}

	/** The block so far, for what only some blocks need. */
	get builder(): BlockBuilder {
		return this.#builder;
	}

	text(text: string): number {
		return this.#strings.id(text);
	}

	/** Ends the block; the emitter begins another. */
	finish(name: string): Block {
		const block = this.#builder.build(name);
		this.#forgetAwaited();
		return block;
	}
}

/** The names that NCCL's operations have in traces. */
const TRACE_NAMES: Readonly<Record<CollectiveOp, string>> = {
	allReduce: "allreduce",
	allGather: "_allgather_base",
	reduceScatter: "_reduce_scatter_base",
	allToAll: "all_to_allv",
	broadcast: "broadcast",
};

export function messageShape(op: CollectiveOp | "send" | "recv" | "sendrecv", bytes: number, group: string): string {
	const collective = op in TRACE_NAMES ? TRACE_NAMES[op as CollectiveOp] : op;
	return formatMessage({ collective, inElems: Math.round(bytes), outElems: Math.round(bytes), dtype: "Byte", group });
}
