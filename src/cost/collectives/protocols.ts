/**
 * NCCL's protocols and their latencies, as NCCL itself models them (NCCL 2.18, src/graph/tuning.cc).
 *
 * A description gives the latency of a step of the LL protocol over its links; those of the other protocols and of trees
 * are in the ratios of NCCL's table.
 */
import type { HardwareConfig } from "../../config/hardware.js";

export interface Protocol {
	/** Fixed time of a collective, us. */
	readonly baseUs: number;
	/** Latency of a step over LL's in a ring: inside a node over NVLink or the like, over PCIe, between nodes. */
	readonly ringStep: Readonly<Record<LinkKind, number>>;
	/** The same of a tree. */
	readonly treeStep: Readonly<Record<LinkKind, number>>;
	/** Share of the bandwidth that is left for data: LL carries a flag with every word, LL128 with every 120 bytes. */
	readonly payload: number;
}

type LinkKind = "nvlink" | "pcie" | "network";

export const LL: Protocol = {
	baseUs: 6.6,
	ringStep: { nvlink: 1, pcie: 1, network: 1 },
	treeStep: { nvlink: 1, pcie: 1, network: 5.0 / 2.7 },
	payload: 0.25,
};

export const LL128: Protocol = {
	baseUs: 14,
	ringStep: { nvlink: 1.9 / 0.6, pcie: 1.9, network: 4.0 / 2.7 },
	treeStep: { nvlink: 1.25 / 0.6, pcie: 1.9, network: 8.5 / 2.7 },
	payload: 0.92,
};

export const SIMPLE: Protocol = {
	baseUs: 8.4,
	ringStep: { nvlink: 3.4 / 0.6, pcie: 5.7, network: 14 / 2.7 },
	treeStep: { nvlink: 4 / 0.6, pcie: 4, network: 14 / 2.7 },
	payload: 1,
};

export const PROTOCOLS: readonly Protocol[] = [LL, LL128, SIMPLE];

/** Latency of reducing in the switch of a node, us, and the share of the links' bandwidth that this reaches. */
export const NVLS_US = 25;
export const NVLS_SHARE = 0.85;

/** Latency of a step inside a node and between nodes, ns. */
export interface StepNs {
	readonly intra: number;
	readonly inter: number;
}

export function stepNs(hardware: HardwareConfig, protocol: Protocol, shape: "ringStep" | "treeStep"): StepNs {
	const { node, network, efficiency } = hardware;
	const kind = node.link === "pcie" ? "pcie" : "nvlink";
	const factor = 1e3 * efficiency.latency;
	return {
		intra: factor * node.linkLatencyUs * protocol[shape][kind],
		inter: factor * network.latencyUs * protocol[shape].network,
	};
}
