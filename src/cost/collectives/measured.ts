/**
 * Measured collectives over modelled ones. A group size that was measured takes its measured times; another one takes
 * the model's, corrected by what the measured sizes around it are off by.
 */
import type { CollectiveOp, MeasuredCollective } from "../../config/hardware.js";
import type { GroupPlacement } from "../cost-model.js";

export type CollectiveTime = (op: CollectiveOp, bytes: number, group: GroupPlacement) => number;

/** Linear interpolation of values over the logarithm of positions; the ends go on as they are. */
export function interpolate(at: readonly number[], values: readonly number[], x: number): number {
	let high = at.findIndex((position) => position >= x);
	if (high < 0) high = at.length - 1;
	if (high === 0 || x >= at[high]!) return values[high]!;
	const weight = Math.log(x / at[high - 1]!) / Math.log(at[high]! / at[high - 1]!);
	return values[high - 1]! + weight * (values[high]! - values[high - 1]!);
}

interface Correction {
	readonly measured: MeasuredCollective;
	/** Logarithm of measured over modelled, size by size. */
	readonly logRatios: readonly number[];
}

/** The whole placement of a measured group: all groups that nccl-tests runs at once are this one. */
export function placementOf({ size, nodes }: Pick<MeasuredCollective, "size" | "nodes">): GroupPlacement {
	return { size, nodes, perNode: Math.ceil(size / nodes), sharing: 1 };
}

/** `model`, corrected by measurements; where several measure the same op, size and nodes, the first of them counts. */
export function correctedBy(measurements: readonly MeasuredCollective[], model: CollectiveTime): CollectiveTime {
	const corrections = new Map<CollectiveOp, Correction[]>();
	for (const measured of measurements) {
		const { op, bytes, ns } = measured;
		const placement = placementOf(measured);
		const logRatios = bytes.map((size, i) => Math.log(ns[i]! / model(op, size, placement)));
		const list = corrections.get(op) ?? [];
		corrections.set(op, list);
		if (!list.some((other) => sameGroup(other.measured, measured))) list.push({ measured, logRatios });
	}
	for (const list of corrections.values()) list.sort((a, b) => a.measured.size - b.measured.size);
	return (op, bytes, group) => {
		const modelled = model(op, bytes, group);
		// Measurements on one node say nothing of the network, and the other way round.
		const alike = corrections.get(op)?.filter(({ measured }) => measured.nodes > 1 === group.nodes > 1) ?? [];
		if (alike.length === 0 || modelled === 0) return modelled;
		// Between nodes a group has as many network cards as it has members on a node: those nearest in that count.
		const apart = ({ measured }: Correction): number =>
			group.nodes === 1 ? 0 : Math.abs(Math.log(placementOf(measured).perNode / group.perNode));
		const nearest = Math.min(...alike.map(apart));
		const list = alike.filter((correction) => apart(correction) <= nearest);
		const ratios = list.map(({ measured, logRatios }) => interpolate(measured.bytes, logRatios, bytes));
		const sizes = list.map(({ measured }) => measured.size);
		return modelled * Math.exp(interpolate(sizes, ratios, group.size));
	};
}

function sameGroup(a: MeasuredCollective, b: MeasuredCollective): boolean {
	return a.size === b.size && a.nodes === b.nodes;
}
