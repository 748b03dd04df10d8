/**
 * How long collectives and transfers take on the wire once all members are there: latency by steps, bytes by the
 * narrowest link, by ring or tree, whichever is faster. Ranks fill nodes in order, `gpusPerNode` each.
 */
import { network } from "./costs.js";

export type CollectiveKind = "allreduce" | "_allgather_base" | "_reduce_scatter_base" | "broadcast";

/** Bytes that pass each link of a ring, relative to the whole message of all n members. */
const traffic: Readonly<Record<CollectiveKind, (members: number) => number>> = {
	allreduce: (n) => (2 * (n - 1)) / n,
	_allgather_base: (n) => (n - 1) / n,
	_reduce_scatter_base: (n) => (n - 1) / n,
	broadcast: () => 1,
};

/** @param bytes the whole message: of a gather what comes out, of a scatter what goes in. */
export function collectiveNs(
	kind: CollectiveKind,
	bytes: number,
	ranks: readonly number[],
	gpusPerNode: number,
): number {
	const n = ranks.length;
	const { nodes, perNode } = placement(ranks, gpusPerNode);
	const speed = linkSpeed(nodes, perNode) * (bytes / (bytes + network.halfSpeedBytes * nodes));
	const phases = kind === "allreduce" ? 2 : 1;
	const ringSteps = phases * ((n - nodes) * network.nodeStepNs + (nodes > 1 ? nodes * network.nicStepNs : 0));
	const ring = ringSteps + (bytes * traffic[kind](n)) / speed;
	if (kind !== "allreduce") return network.baseNs + ring;
	const treeSteps =
		phases * (Math.log2(perNode) * network.nodeStepNs + Math.ceil(Math.log2(nodes)) * network.nicStepNs);
	const tree = treeSteps + (bytes * traffic[kind](n)) / (speed * network.treeSpeed);
	return network.baseNs + Math.min(ring, tree);
}

/** From one rank to another. */
export function transferNs(bytes: number, from: number, to: number, gpusPerNode: number): number {
	const local = Math.floor(from / gpusPerNode) === Math.floor(to / gpusPerNode);
	const speed = local ? network.nodePairBytesPerNs : network.nicBytesPerNs;
	return (
		network.baseNs + (local ? network.nodeStepNs : network.nicStepNs) + (bytes + network.halfSpeedBytes / 4) / speed
	);
}

function placement(ranks: readonly number[], gpusPerNode: number): { nodes: number; perNode: number } {
	const nodes = new Set(ranks.map((rank) => Math.floor(rank / gpusPerNode))).size;
	return { nodes, perNode: ranks.length / nodes };
}

/** Members of a group that share a node bring their network cards together; all groups of a kind run at once. */
function linkSpeed(nodes: number, perNode: number): number {
	return nodes === 1 ? network.nodeBytesPerNs : Math.min(network.nodeBytesPerNs, perNode * network.nicBytesPerNs);
}
