/** Communication that a target has and the base run has not, written between the tasks that were cut from it. */
import { EdgeKind, TaskKind } from "../../graph/graph.js";
import type { GroupRole } from "../block.js";
import type { BlockBuilder } from "../block-builder.js";

export const NOT_TRACED = -1;

/** A collective to be inserted; one object a place, since it is launched at one and runs at another. */
export interface InsertedCollective {
	readonly name: string;
	readonly role: GroupRole;
	readonly bytes: number;
	readonly wireNs: number;
	/** The compute stream goes on only after it. */
	readonly isAwaited: boolean;
}

/** What is inserted around a kernel; behind it the compute stream may wait for what ran beside it, before `after`. */
export interface KernelEdit {
	readonly before: InsertedCollective[];
	readonly after: InsertedCollective[];
	awaits: boolean;
}

export type KernelEdits = ReadonlyMap<number, KernelEdit>;
export const NO_EDITS: KernelEdits = new Map();

/** What an inserted collective needs of its rank. */
export interface InsertPlace {
	readonly compute: number;
	readonly main: number;
	readonly laneOf: (role: GroupRole) => number;
	readonly stringOf: (text: string) => number;
	readonly cpuNs: number;
	readonly launchNs: number;
}

export class Inserter {
	readonly #builder: BlockBuilder;
	readonly #at: InsertPlace;
	readonly #calls = new Map<InsertedCollective, number>();
	#lane: number | undefined;

	constructor(builder: BlockBuilder, at: InsertPlace) {
		this.#builder = builder;
		this.#at = at;
	}

	/** The CPU launches it on the thread `lane`. */
	call(collective: InsertedCollective, lane: number): void {
		const call = this.#builder.task(TaskKind.launch, lane, this.#at.stringOf(collective.name), 0, this.#at.cpuNs);
		this.#builder.afterLane(lane, EdgeKind.intraThread);
		this.#calls.set(collective, call);
	}

	/** It runs behind what is on the compute stream; launched on the main thread where it was not before. */
	collective(collective: InsertedCollective): void {
		const { name, role, bytes, wireNs, isAwaited } = collective;
		const { compute, main, laneOf, stringOf, launchNs } = this.#at;
		if (!this.#calls.has(collective)) this.call(collective, main);
		const lane = laneOf(role);
		const id = stringOf(name);
		const arrive = this.#builder.task(TaskKind.arrive, lane, id, 0, 0);
		this.#builder.after(this.#calls.get(collective)!, EdgeKind.launch, { delayNs: launchNs });
		this.#builder.afterLane(lane, EdgeKind.intraStream);
		this.#builder.afterLane(compute, EdgeKind.interStream);
		this.#builder.task(TaskKind.transfer, lane, id, 0, Math.round(wireNs));
		this.#builder.after(arrive, EdgeKind.intraStream);
		this.#builder.meeting(arrive, role, bytes);
		this.#lane = lane;
		if (isAwaited) this.await();
	}

	/** The compute stream waits for what was inserted last. */
	await(): void {
		if (this.#lane === undefined) return;
		const { compute, stringOf } = this.#at;
		this.#builder.task(TaskKind.memory, compute, stringOf("wait for communication"), 0, 0);
		this.#builder.afterLane(compute, EdgeKind.intraStream);
		this.#builder.afterLane(this.#lane, EdgeKind.interStream);
	}
}
