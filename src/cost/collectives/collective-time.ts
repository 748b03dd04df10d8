/** Time of a collective: the fastest of the algorithms and protocols that can run it, as NCCL chooses. */
import type { CollectiveOp, HardwareConfig } from "../../config/hardware.js";
import type { GroupPlacement } from "../cost-model.js";
import { allToAllNs, broadcastNs, nvlsNs, ringNs, treeNs } from "./algorithms.js";
import { PROTOCOLS, type Protocol } from "./protocols.js";

function fastest(ofProtocol: (protocol: Protocol) => number): number {
	return Math.min(...PROTOCOLS.map(ofProtocol));
}

function allReduceNs(hardware: HardwareConfig, bytes: number, group: GroupPlacement): number {
	const ring = fastest((protocol) => ringNs(hardware, protocol, 2, bytes, group));
	const tree =
		group.nodes > 1 ? fastest((protocol) => treeNs(hardware, protocol, bytes, group)) : Number.POSITIVE_INFINITY;
	const nvls = hardware.node.nvls && group.perNode > 2 ? nvlsNs(hardware, bytes, group) : Number.POSITIVE_INFINITY;
	return Math.min(ring, tree, nvls);
}

/** Nanoseconds on the wire, all members being there; nothing for a group of one. */
export function collectiveNs(hardware: HardwareConfig, op: CollectiveOp, bytes: number, group: GroupPlacement): number {
	if (group.size < 2 || bytes <= 0) return 0;
	switch (op) {
		case "allReduce":
			return allReduceNs(hardware, bytes, group);
		case "allGather":
		case "reduceScatter":
			return fastest((protocol) => ringNs(hardware, protocol, 1, bytes, group));
		case "broadcast":
			return fastest((protocol) => broadcastNs(hardware, protocol, bytes, group));
		case "allToAll":
			return allToAllNs(hardware, bytes, group);
	}
}
