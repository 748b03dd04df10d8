/**
 * A block: a small execution graph that carries meaning (a layer's forward pass, a send, an optimizer step) and is put
 * into a rank's program as often as the plan says. Flat arrays throughout, so that an instance is a copy with offsets.
 *
 * Tasks stand in a topological order of their edges, numbered from 0. What a task waits for outside the block is
 * written as an edge, too, and resolved when the block is placed:
 *
 *   external edge   the last task that was placed on some lane before the block (thread and stream order, a stream that
 *                   waits for another); on a lane that is still empty, the start of the rank
 *   message edge    the transfer of a message that the rank received earlier, named by the program
 *   meeting edge    the rendezvous of a collective or of a message with the ranks that take part
 *
 * What an instance needs beside its block comes from the program (program.ts): which messages it sends, receives and
 * waits for, in this order.
 */

/** A processor's role in the rank: a thread or a stream, the same on every rank of the plan. */
export interface Lane {
	readonly kind: "thread" | "stream";
	/** Thread id or stream number, for reports. */
	readonly id: string;
	readonly name: string;
}

/** Groups of ranks that meet in collectives; `message` is point to point. */
export const GROUP_ROLES = [
	"message",
	"tensor",
	"context",
	"expert",
	"data",
	"expertData",
	"embedding",
	"model",
] as const;
export type GroupRole = (typeof GROUP_ROLES)[number];

export function groupRoleId(role: GroupRole): number {
	return GROUP_ROLES.indexOf(role);
}

/** A rank's part of one collective or of one message: where it arrives and where it moves data. */
export interface BlockMeetings {
	/** The task that arrives. Several meetings may share one: a kernel that sends and receives at once. */
	readonly arrive: Uint32Array;
	/** The task that starts when all have arrived. */
	readonly transfer: Uint32Array;
	/** The edge of `transfer` that waits for the rendezvous; until it is bound it points to the finish of `arrive`. */
	readonly edge: Uint32Array;
	/** Index into GROUP_ROLES. */
	readonly role: Uint8Array;
	/** 1 where the rank receives a message, so that later blocks can wait for it. */
	readonly receives: Uint8Array;
	/** For reports: how much the rank gives, bytes. */
	readonly bytes: Float64Array;
}

export interface Block {
	readonly name: string;
	readonly taskCount: number;
	readonly edgeCount: number;

	// One entry a task.
	/** TaskKind of the graph. */
	readonly kind: Uint8Array;
	/** Index into the library's lanes, or NO_LANE. */
	readonly lane: Uint8Array;
	/** Ids in the library's strings. */
	readonly nameId: Uint32Array;
	readonly shapeId: Uint32Array;
	readonly durationNs: Float64Array;

	// Edges, CSR by waiting task.
	readonly predOffset: Uint32Array;
	/** 2 x task of the block + (0: its start, 1: its finish); of external and message edges only the slot counts. */
	readonly pred: Uint32Array;
	readonly delayNs: Float64Array;
	readonly edgeKind: Uint8Array;
	readonly confidence: Uint8Array;

	// Edges that lead out of the block.
	readonly externalEdge: Uint32Array;
	readonly externalLane: Uint8Array;
	readonly messageEdge: Uint32Array;

	/** Tasks (syncReturn) that wait for what has been launched on a lane by then. */
	readonly waitTask: Uint32Array;
	readonly waitLane: Uint8Array;
	readonly waitDelayNs: Float64Array;
	readonly waitConfidence: Uint8Array;

	readonly meetings: BlockMeetings;
	/** Meetings that are messages, so that the program has to name them. */
	readonly messageCount: number;

	/** Lanes that the block puts tasks on, and the last task on each. */
	readonly touchedLane: Uint8Array;
	readonly lastOnLane: Uint32Array;
}

/** A task on no lane. */
export const NO_LANE = 0xff;

/** What the blocks of a plan share. */
export interface BlockLibrary {
	readonly lanes: readonly Lane[];
	readonly blocks: readonly Block[];
	/** Names and shapes of tasks; 0 is the empty string. */
	readonly strings: readonly string[];
}
