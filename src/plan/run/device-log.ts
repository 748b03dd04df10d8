/** When the device of a rank does what while a plan runs: for breakdowns, without a graph. */
import { TaskKind } from "../../graph/graph.js";
import { type GrowableF64, type GrowableU8, growableF64, growableU8 } from "../../lib/growable.js";
import type { Block, BlockLibrary } from "../block.js";
import { groupRoleId } from "../block.js";
import { FAMILIES, kernelFamily } from "../blocks/kernel-family.js";

/** The pieces of device work of one block: kernels, and communication from its arrival to the end of its transfer. */
interface DevicePieces {
	/** Where each starts to occupy its stream, and the task that does its work and ends it. */
	readonly first: Uint32Array;
	readonly last: Uint32Array;
	/** Index into FAMILIES. */
	readonly family: Uint8Array;
}

const COLLECTIVES = FAMILIES.indexOf("collectives");
const MESSAGES = FAMILIES.indexOf("messages between stages");
const MESSAGE = groupRoleId("message");

function devicePieces({ kind, nameId, shapeId, meetings, taskCount }: Block, strings: readonly string[]): DevicePieces {
	const first: number[] = [];
	const last: number[] = [];
	const family: number[] = [];
	for (let task = 0; task < taskCount; task++) {
		if (kind[task]! < TaskKind.kernel || kind[task] === TaskKind.arrive) continue;
		// Several meetings may lead to one transfer; they have one arrival.
		const meeting = meetings.transfer.indexOf(task);
		first.push(meeting < 0 ? task : meetings.arrive[meeting]!);
		last.push(task);
		if (kind[task] === TaskKind.comm) family.push(COLLECTIVES);
		else if (kind[task] === TaskKind.transfer) family.push(meetings.role[meeting] === MESSAGE ? MESSAGES : COLLECTIVES);
		else family.push(FAMILIES.indexOf(kernelFamily(strings[nameId[task]!]!, strings[shapeId[task]!]!)));
	}
	return { first: Uint32Array.from(first), last: Uint32Array.from(last), family: Uint8Array.from(family) };
}

/** What the devices of all ranks of a plan did; each rank's in the order in which it became known. */
export class DeviceLog {
	readonly ranks: readonly RankLog[];

	constructor({ blocks, strings }: BlockLibrary, ranks: number) {
		const pieces = blocks.map((block) => devicePieces(block, strings));
		this.ranks = Array.from({ length: ranks }, () => new RankLog(pieces));
	}
}

export class RankLog {
	/** When a piece occupies its stream; when it stops waiting for others; when it ends. */
	readonly startNs: GrowableF64 = growableF64();
	readonly movesNs: GrowableF64 = growableF64();
	readonly endNs: GrowableF64 = growableF64();
	/** Index into FAMILIES. */
	readonly family: GrowableU8 = growableU8();
	readonly #pieces: readonly DevicePieces[];

	constructor(pieces: readonly DevicePieces[]) {
		this.#pieces = pieces;
	}

	/**
	 * A block that is settled.
	 * @param time its tasks' start and finish, from `base` on
	 * @param isDeferred the end of its last task is not known yet; `addDeferred` brings it
	 */
	addBlock(block: number, time: Float64Array, base: number, isDeferred: boolean): void {
		const { first, last, family } = this.#pieces[block]!;
		const count = last.length - (isDeferred ? 1 : 0);
		for (let i = 0; i < count; i++) {
			this.startNs.push(time[base + 2 * first[i]!]!);
			this.movesNs.push(time[base + 2 * last[i]!]!);
			this.endNs.push(time[base + 2 * last[i]! + 1]!);
			this.family.push(family[i]!);
		}
	}

	/** A message: only these are put off. */
	addDeferred(startNs: number, movesNs: number, endNs: number): void {
		this.startNs.push(startNs);
		this.movesNs.push(movesNs);
		this.endNs.push(endNs);
		this.family.push(MESSAGES);
	}
}
