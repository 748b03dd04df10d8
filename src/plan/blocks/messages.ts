/** Messages between pipeline stages: activations forward, gradients backward. */
import { EdgeKind, TaskKind } from "../../graph/graph.js";
import { type Emitter, messageShape } from "./emitter.js";
import { COMPUTE, RECEIVE_BACKWARD, RECEIVE_FORWARD, SEND_BACKWARD, SEND_FORWARD, TENSOR } from "./lanes.js";
import type { RankContext } from "./rank-context.js";
import { synchronize } from "./synchronize.js";

export type MessagePart = "sendForward" | "receiveForward" | "sendBackward" | "receiveBackward";

const LANE_OF: Readonly<Record<MessagePart, number>> = {
	sendForward: SEND_FORWARD,
	receiveForward: RECEIVE_FORWARD,
	sendBackward: SEND_BACKWARD,
	receiveBackward: RECEIVE_BACKWARD,
};

/** The activations of a micro-batch that one rank sends; sequence parallelism shares them out over the tensor group. */
export function messageBytes(rank: RankContext): number {
	const { share } = rank;
	return (share.normTokens * share.hidden * share.bytes) / (scatters(rank) ? share.tensor : 1);
}

function scatters({ options, share }: RankContext): boolean {
	return options.scattersMessages && share.tensor > 1 && !share.sequenceParallel;
}

/**
 * Wire time of a message between two stages. All ranks of a stage send at the same time; where stages share a node, only
 * those at its edge go over the network.
 */
export function messageNs(e: Emitter, rank: RankContext, stage: number, other: number): number {
	const { parallel, gpusPerNode } = rank;
	const { tensorModelParallelSize: tensor, contextParallelSize: context, dataParallelSize: data } = parallel;
	const stageRanks = tensor * context * data;
	const nodeOf = (of: number): number => Math.floor((of * stageRanks) / gpusPerNode);
	const sharing = Math.min(gpusPerNode, stageRanks);
	return Math.round(e.cost.sendRecv(messageBytes(rank), nodeOf(stage) === nodeOf(other), sharing));
}

/**
 * One kernel that does all parts at once on one stream, after which the CPU waits for the device, as Megatron-LM's
 * batched isend and irecv do.
 */
export function blockingMessages(e: Emitter, rank: RankContext, parts: readonly MessagePart[], wireNs: number): void {
	const name = parts.join(" ");
	const { arrive } = begin(e, rank, parts, SEND_FORWARD, name, wireNs);
	for (const part of parts) meet(e, rank, arrive, part);
	if (scatters(rank) && parts.some((part) => part.startsWith("receive"))) gatherMessage(e, rank);
	synchronize(e, SEND_FORWARD, TENSOR);
}

function gatherMessage(e: Emitter, rank: RankContext): void {
	e.collective({
		role: "tensor",
		lane: TENSOR,
		op: "allGather",
		bytes: messageBytes(rank) * rank.share.tensor,
		placement: rank.groups.tensor,
		name: "gather message",
		behind: SEND_FORWARD,
	});
}

/** One part on a stream of its own; who needs what is received waits for that message alone. */
export function streamedMessage(e: Emitter, rank: RankContext, part: MessagePart, wireNs: number): void {
	const { arrive } = begin(e, rank, [part], LANE_OF[part], part, wireNs);
	meet(e, rank, arrive, part);
}

function begin(
	e: Emitter,
	rank: RankContext,
	parts: readonly MessagePart[],
	lane: number,
	name: string,
	wireNs: number,
): { arrive: number } {
	const sends = parts.some((part) => part.startsWith("send"));
	const receives = parts.some((part) => part.startsWith("receive"));
	const op = sends && receives ? "sendrecv" : sends ? "send" : "recv";
	const shape = e.text(messageShape(op, messageBytes(rank), "pipeline group"));
	const call = e.launch(name);
	const arrive = e.builder.task(TaskKind.arrive, lane, e.text(name), shape, 0);
	e.builder.after(call, EdgeKind.launch, { delayNs: Math.round(e.cost.launchNs) });
	e.builder.afterLane(lane, EdgeKind.intraStream);
	if (sends) e.builder.afterLane(COMPUTE, EdgeKind.interStream);
	e.builder.task(TaskKind.transfer, lane, e.text(name), shape, wireNs);
	e.builder.after(arrive, EdgeKind.intraStream);
	return { arrive };
}

function meet(e: Emitter, rank: RankContext, arrive: number, part: MessagePart): void {
	e.builder.meeting(arrive, "message", messageBytes(rank), part.startsWith("receive"));
}
