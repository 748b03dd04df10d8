/** What the links and NICs give to one group. */
import type { HardwareConfig } from "../../config/hardware.js";
import type { GroupPlacement } from "../cost-model.js";

/** Bytes a nanosecond of one GPU to the others of its node, in one direction. */
export function linkBytesPerNs({ node, efficiency }: HardwareConfig): number {
	return node.linkGbPerS * efficiency.link;
}

/**
 * Bytes a nanosecond that `gpus` of one node send through its NICs while `sharing` such groups do so at the same time:
 * a GPU uses the NIC next to it, and all together share what the node has.
 *
 * Where GPUs have to share NICs, groups of some of a node's GPUs behave as if all of them went through one and the same:
 * so the steps of 3.6 B and 18.4 B models on nodes of 8 A100 with 4 NICs say (public validation data of vTrain), for 2
 * and for 4 GPUs of a node alike, while groups of all its GPUs, and of one each, get their share of all NICs.
 */
export function nicBytesPerNs({ node, network, efficiency }: HardwareConfig, gpus: number, sharing: number): number {
	const crowded = gpus > 1 && gpus < node.gpusPerNode && network.nicsPerNode < node.gpusPerNode;
	const nics = crowded ? 1 / sharing : Math.min(gpus, network.nicsPerNode / sharing);
	return nics * (network.gbitPerS / 8) * efficiency.network;
}

/** The bottleneck of a ring: the links, or between nodes the NICs that its members use. */
export function ringBytesPerNs(hardware: HardwareConfig, group: GroupPlacement): number {
	const link = linkBytesPerNs(hardware);
	return group.nodes > 1 ? Math.min(link, nicBytesPerNs(hardware, group.perNode, group.sharing)) : link;
}
