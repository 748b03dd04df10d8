/**
 * Time of a collective by each of NCCL's algorithms: a fixed time, a latency for every step, and the bytes that the
 * busiest rank sends over the bandwidth of its slowest link. Bytes are those of the whole, unsharded buffer.
 */
import type { HardwareConfig } from "../../config/hardware.js";
import type { GroupPlacement } from "../cost-model.js";
import { linkBytesPerNs, nicBytesPerNs, ringBytesPerNs } from "./bandwidth.js";
import { NVLS_SHARE, NVLS_US, type Protocol, SIMPLE, stepNs } from "./protocols.js";

/**
 * Beside the steps over links, a round reads its first and writes its last chunk in the GPU's own memory, and the Simple
 * protocol fills a pipeline before it runs at full speed: up to half a chunk of so many bytes. Both from all-reduces on
 * 2 to 8 A100 of one node (published with vTrain, MICRO 2024), where anything from 6 to 12 MB fits alike.
 */
const LOCAL_STEPS = 0.25;
const PIPELINE_BYTES = 8e6;

/** Share of the ring's bandwidth that a double binary tree reaches: NCCL, src/graph/tuning.cc. */
const TREE_SHARE = 0.92;

export type Rounds = 1 | 2;

/**
 * A ring in `rounds` of size - 1 steps: 1 for all-gather and reduce-scatter, 2 for all-reduce. Every step sends
 * bytes / size, so no ring is faster than rounds (size - 1) / size bytes over its bandwidth.
 */
export function ringNs(
	hardware: HardwareConfig,
	protocol: Protocol,
	rounds: Rounds,
	bytes: number,
	group: GroupPlacement,
): number {
	const step = stepNs(hardware, protocol, "ringStep");
	const steps = rounds * (group.size - 1);
	const interSteps = rounds * (group.nodes - 1);
	const latency = (steps - interSteps) * step.intra + interSteps * step.inter;
	const bandwidth = ringBytesPerNs(hardware, group) * protocol.payload;
	const chunk = bytes / group.size;
	const fill = protocol === SIMPLE ? (rounds * Math.min(chunk / 2, PIPELINE_BYTES)) / bandwidth : 0;
	return baseNs(hardware, protocol) + latency + ((steps + rounds * LOCAL_STEPS) * chunk) / bandwidth + fill;
}

/**
 * All-reduce over two binary trees between nodes, chains inside: few steps, for small messages on many nodes. A tree moves
 * every byte up and down, on two nodes as on many: NCCL's own model (src/graph/tuning.cc), by which it chooses.
 */
export function treeNs(hardware: HardwareConfig, protocol: Protocol, bytes: number, group: GroupPlacement): number {
	const step = stepNs(hardware, protocol, "treeStep");
	const latency = 2 * ((group.perNode - 1) * step.intra + Math.ceil(Math.log2(group.nodes)) * step.inter);
	const bandwidth = ringBytesPerNs(hardware, group) * protocol.payload * TREE_SHARE;
	return baseNs(hardware, protocol) + latency + (2 * bytes) / bandwidth;
}

/**
 * All-reduce in the switches of the nodes (NVLink SHARP): a GPU sends its buffer once and the share that it reduces once
 * more, instead of nearly twice the buffer; between nodes a tree over all NICs of the group.
 */
export function nvlsNs(hardware: HardwareConfig, bytes: number, group: GroupPlacement): number {
	const link = linkBytesPerNs(hardware) * NVLS_SHARE;
	const inside = (bytes * (1 + 1 / group.perNode)) / link;
	const start = NVLS_US * 1e3 * hardware.efficiency.latency;
	if (group.nodes === 1) return start + inside;
	const step = stepNs(hardware, SIMPLE, "treeStep");
	// What the busiest node sends in two trees that share the work: of two nodes each sends the buffer once.
	const sent = (2 * bytes * (group.nodes - 1)) / group.nodes;
	const between = sent / nicBytesPerNs(hardware, group.perNode, group.sharing);
	return start + 2 * Math.ceil(Math.log2(group.nodes)) * step.inter + Math.max(inside, between);
}

/** One to all along a chain, in pieces. */
export function broadcastNs(
	hardware: HardwareConfig,
	protocol: Protocol,
	bytes: number,
	group: GroupPlacement,
): number {
	const step = stepNs(hardware, protocol, "ringStep");
	const latency = (group.size - group.nodes) * step.intra + (group.nodes - 1) * step.inter;
	return baseNs(hardware, protocol) + latency + bytes / (ringBytesPerNs(hardware, group) * protocol.payload);
}

/**
 * Every rank sends a part of its `bytes` to every other: those to its own node over the links, the rest through the NIC
 * share of one GPU, at the same time.
 */
export function allToAllNs(hardware: HardwareConfig, bytes: number, group: GroupPlacement): number {
	const { size, perNode, nodes, sharing } = group;
	const step = stepNs(hardware, SIMPLE, "ringStep");
	const part = bytes / size;
	const inside = ((perNode - 1) * part) / linkBytesPerNs(hardware);
	if (nodes === 1) return baseNs(hardware, SIMPLE) + step.intra + inside;
	const perGpu = nicBytesPerNs(hardware, perNode, sharing) / perNode;
	return baseNs(hardware, SIMPLE) + step.inter + Math.max(inside, ((size - perNode) * part) / perGpu);
}

/** One message between two GPUs. */
export function messageNs(hardware: HardwareConfig, bytes: number, sameNode: boolean, sharing: number): number {
	const step = stepNs(hardware, SIMPLE, "ringStep");
	const bandwidth = sameNode ? linkBytesPerNs(hardware) : nicBytesPerNs(hardware, 1, sharing);
	return baseNs(hardware, SIMPLE) + (sameNode ? step.intra : step.inter) + bytes / bandwidth;
}

function baseNs({ efficiency }: HardwareConfig, protocol: Protocol): number {
	return protocol.baseUs * 1e3 * efficiency.latency;
}
