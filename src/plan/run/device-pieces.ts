/** The pieces of device work of one block: kernels, and communication from its arrival to the end of its transfer. */
import { TaskKind } from "../../graph/graph.js";
import { type Block, groupRoleId } from "../block.js";
import { FAMILIES, kernelFamily } from "../blocks/kernel-family.js";

export interface DevicePieces {
	/** Where each starts to occupy its stream, and the task that does its work and ends it. */
	readonly first: Uint32Array;
	readonly last: Uint32Array;
	/** Index into FAMILIES. */
	readonly family: Uint8Array;
}

export const COLLECTIVES = FAMILIES.indexOf("collectives");
export const MESSAGES = FAMILIES.indexOf("messages between stages");
/** From here on the families are communication. */
export const FIRST_COMMUNICATION = COLLECTIVES;
const MESSAGE = groupRoleId("message");

const known = new WeakMap<Block, DevicePieces>();

/** In the order of the tasks; found once for a block. */
export function devicePieces(block: Block, strings: readonly string[]): DevicePieces {
	let pieces = known.get(block);
	if (pieces === undefined) {
		pieces = findPieces(block, strings);
		known.set(block, pieces);
	}
	return pieces;
}

function findPieces({ kind, nameId, shapeId, meetings, taskCount }: Block, strings: readonly string[]): DevicePieces {
	const first: number[] = [];
	const last: number[] = [];
	const family: number[] = [];
	// Several meetings may lead to one transfer; they have one arrival.
	const meetingOf = new Map<number, number>();
	for (let m = meetings.transfer.length - 1; m >= 0; m--) meetingOf.set(meetings.transfer[m]!, m);
	for (let task = 0; task < taskCount; task++) {
		if (kind[task]! < TaskKind.kernel || kind[task] === TaskKind.arrive) continue;
		const meeting = meetingOf.get(task);
		first.push(meeting === undefined ? task : meetings.arrive[meeting]!);
		last.push(task);
		if (kind[task] === TaskKind.comm) family.push(COLLECTIVES);
		else if (kind[task] === TaskKind.transfer)
			family.push(meeting !== undefined && meetings.role[meeting] === MESSAGE ? MESSAGES : COLLECTIVES);
		else family.push(FAMILIES.indexOf(kernelFamily(strings[nameId[task]!]!, strings[shapeId[task]!]!)));
	}
	return { first: Uint32Array.from(first), last: Uint32Array.from(last), family: Uint8Array.from(family) };
}
