/**
 * The clocks of all ranks, brought together by what they share: members of a collective end it together, so that each
 * match says how far apart the clocks of its members are.
 *
 * Wanted are the offsets (and drifts) that agree best with all ends at once: a first guess along the spanning tree of
 * the pairs that share most, then least squares over all ranks and matches, weighted anew in rounds, so that single
 * ends that are far off pull no more than others (Huber's estimator).
 */
import { ClockEquations } from "./clock-equations.js";
import { baseShifts, sampleEnds } from "./clock-samples.js";
import type { MatchColumns } from "./match-columns.js";
import { median } from "./median.js";
import type { RankComms } from "./rank-comms.js";
import { spanningOffsets } from "./spanning-offsets.js";

export interface Clocks {
	/** By how much each rank's clock is ahead of the reference's at `atNs`, ns. */
	readonly offsetNs: Float64Array;
	/** By how much it gains on the reference's, parts per million; 0 where that is not significant. */
	readonly driftPpm: Float64Array;
	/** Where drift counts from: a time on the common clock, ns relative to the base of the first rank. */
	readonly atNs: number;
	/** Of each rank the median distance of its ends from the middle of their matches, ns; NaN where it has none. */
	readonly residualNs: Float64Array;
	/** The same over all ranks; NaN without any match. */
	readonly medianResidualNs: number;
	/** The first rank of the set that a rank's clock is known against: those that matches connect. */
	readonly component: Uint32Array;
	/** 1 for the ranks of the largest such set. */
	readonly aligned: Uint8Array;
}

/** A drift counts where it is this many times its standard error … */
const SIGNIFICANT = 5;
/** … moves a clock by at least this over half the capture, ns … */
const LEAST_DRIFT_NS = 2000;
/** … and was seen on at least this many matches. */
const LEAST_SAMPLES = 12;

/** @param matches of these ranks; those that flow one way count less. */
export function alignClocks(ranks: readonly RankComms[], matches: MatchColumns): Clocks {
	const samples = sampleEnds(ranks, matches);
	const { offsetNs, component } = spanningOffsets(samples);
	let equations = new ClockEquations(samples, offsetNs);
	equations.solve();
	const still = equations;
	const moving = new ClockEquations(samples, equations.offset);
	moving.solve(new Uint8Array(ranks.length).fill(1));
	const drifting = significant(moving, component);
	if (drifting.includes(1)) {
		equations = new ClockEquations(samples, still.offset);
		equations.solve(drifting);
	}
	const { residualNs } = equations.byRank();
	const distances = residualNs.map((of) => of.map(Math.abs));
	const offsets = relativeTo(equations.offset, component);
	const drifts = relativeTo(equations.drift, component);
	return {
		offsetNs: offsets,
		driftPpm: drifts.map((perNs) => 1e6 * perNs),
		atNs: samples.atNs,
		residualNs: Float64Array.from(distances, median),
		medianResidualNs: median(distances.flat()),
		component,
		aligned: largest(component),
	};
}

/** From a rank's own relative times to the common clock: `common = scale x own + shiftNs`, relative to the first base. */
export interface ClockLine {
	readonly scale: number;
	readonly shiftNs: number;
}

export function clockLines(ranks: readonly { readonly baseNs: bigint }[], clocks: Clocks): ClockLine[] {
	const { offsetNs, driftPpm, atNs } = clocks;
	return [...baseShifts(ranks)].map((base, r) => {
		const drift = driftPpm[r]! * 1e-6;
		return { scale: 1 - drift, shiftNs: (1 - drift) * (base - offsetNs[r]!) + drift * atNs };
	});
}

/** Only differences of clocks show: the first rank of a component has the right time. */
function relativeTo(values: Float64Array, component: Uint32Array): Float64Array {
	return values.map((value, r) => value - values[component[r]!]!);
}

function significant(moving: ClockEquations, component: Uint32Array): Uint8Array {
	const { residualNs, tau, spanNs } = moving.byRank();
	const drifts = relativeTo(moving.drift, component);
	return Uint8Array.from(residualNs, (of, r) => {
		if (of.length < LEAST_SAMPLES) return 0;
		const spread = 1.4826 * median(of.map(Math.abs));
		const errorNs = spread / Math.sqrt(tau[r]!.reduce((sum, t) => sum + t * t, 0));
		const movedNs = Math.abs(drifts[r]!) * spanNs;
		return movedNs > Math.max(LEAST_DRIFT_NS, SIGNIFICANT * errorNs) ? 1 : 0;
	});
}

/** 1 for the ranks of the largest component; of several as large, the one of the first rank. */
function largest(component: Uint32Array): Uint8Array {
	const sizes = new Uint32Array(component.length);
	let best = 0;
	for (const root of component) sizes[root]!++;
	for (let root = 0; root < sizes.length; root++) if (sizes[root]! > sizes[best]!) best = root;
	return Uint8Array.from(component, (root) => (root === best ? 1 : 0));
}
