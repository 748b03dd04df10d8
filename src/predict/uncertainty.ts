/**
 * How far a prediction may be off: relative half-widths of 90 % intervals, by where a time comes from. They are
 * assumptions until `lumos validate` measures them on runs that nothing was fitted to; each stands for all times of its
 * kind being too long or too short together, and the kinds are taken as independent of each other.
 */
import type { Family } from "../plan/blocks/kernel-family.js";

/** Of the cost models as presets describe them. */
const MODELLED: Readonly<Record<Family, number>> = {
	// Peaks are known; what libraries reach of them differs by shape, clock and power limit.
	"matrix products": 0.12,
	"attention kernels": 0.25,
	// Frameworks fuse more or less of them.
	"memory-bound kernels": 0.3,
	optimizer: 0.3,
	// Topology, NCCL's choices, and what else uses the network.
	collectives: 0.35,
	"messages between stages": 0.35,
};
/** nccl-tests of the very cluster take the place of the model of collectives. */
const MEASURED_COLLECTIVES = 0.15;
/** What no cost model knows: data loading, other frameworks' habits, stragglers. */
const UNMODELLED = 0.08;

/**
 * Traces: what a plan of measured pieces is off by, what ratios of the cost models are off by (their level drops out), and
 * collectives over links that the run did not use, where nccl-tests of the cluster tell of them. Fitted to every second of
 * the pairs of emulated runs in bench/pairs.ts, and judged on the others (`npm run accuracy:predict`).
 */
const MEASURED = 0.0125;
const SCALED = 0.055;
const MODELLED_FROM_TESTS = 0.055;

export interface Interval {
	readonly lowMs: number;
	readonly highMs: number;
	readonly confidence: 0.9;
}

/** Where a part of the predicted time comes from; the shares of all parts add up to 1. */
export interface Provenance {
	readonly what: string;
	readonly source: "measured" | "scaled" | "modelled";
	/** Of the time in which devices work; communication that is hidden does not count. */
	readonly shareOfTime: number;
}

/** @param halfWidth relative; the interval is symmetric in the ratio. */
function around(iterationMs: number, halfWidth: number): Interval {
	return { lowMs: iterationMs / (1 + halfWidth), highMs: iterationMs * (1 + halfWidth), confidence: 0.9 };
}

export function modelledInterval(
	iterationMs: number,
	shares: ReadonlyMap<Family, number>,
	measured: boolean,
): Interval {
	let squares = UNMODELLED ** 2;
	for (const [family, share] of shares) {
		const own = measured && family === "collectives" ? MEASURED_COLLECTIVES : MODELLED[family];
		squares += (share * own) ** 2;
	}
	return around(iterationMs, Math.sqrt(squares));
}

/** @param hasTests nccl-tests of the cluster tell what traces do not: communication over links that they did not use */
export function tracedInterval(iterationMs: number, provenance: readonly Provenance[], hasTests: boolean): Interval {
	const share = (source: Provenance["source"]): number =>
		provenance.reduce((sum, part) => sum + (part.source === source ? part.shareOfTime : 0), 0);
	const modelled = hasTests ? MODELLED_FROM_TESTS : MODELLED.collectives;
	return around(iterationMs, Math.hypot(MEASURED, share("scaled") * SCALED, share("modelled") * modelled));
}
