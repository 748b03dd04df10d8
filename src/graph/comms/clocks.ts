/**
 * The clocks of all ranks, brought together by what they share: members of a collective end it together, so that each
 * match says how far apart the clocks of its members are.
 *
 * Wanted are the offsets (and drifts) that agree best with all ends at once: a first guess along the spanning tree of
 * the pairs that share most, then least squares over all ranks and matches, weighted anew in rounds, so that single
 * ends that are far off pull no more than others (Huber's estimator).
 */
import { ClockEquations } from "./clock-equations.js";
import { baseShifts, type EndSamples, sampleEnds } from "./clock-samples.js";
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
	/** Of each rank the median distance of its ends from the middle of their collectives, ns; NaN where it has none. */
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
const LEAST_DRIFT_NS = 1000;
/** … and was seen on at least this many matches. */
const LEAST_SAMPLES = 12;
/** The capture is cut into so many stretches; a drift must show over at least as many of them. */
const STRETCHES = 8;
const LEAST_STRETCHES = 5;

export function alignClocks(ranks: readonly RankComms[], matches: MatchColumns): Clocks {
	const samples = sampleEnds(ranks, matches);
	const { offsetNs, component } = spanningOffsets(samples);
	let equations = new ClockEquations(samples, offsetNs).solve();
	if (driftShows(samples, equations)) {
		const moving = new ClockEquations(samples, equations.offset).solve(new Uint8Array(ranks.length).fill(1));
		const drifting = significant(samples, moving, component);
		if (drifting.includes(1)) equations = new ClockEquations(samples, equations.offset).solve(drifting);
	}
	const distances = bothWays(samples, equations.residual.map(Math.abs));
	return {
		offsetNs: relativeTo(equations.offset, component),
		driftPpm: relativeTo(equations.drift, component).map((perNs) => 1e6 * perNs),
		atNs: samples.atNs,
		residualNs: Float64Array.from(byRank(samples, distances), (of) =>
			median(of.filter((distance) => !Number.isNaN(distance))),
		),
		medianResidualNs: median(distances.filter((distance) => !Number.isNaN(distance))),
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

/** NaN for members of one-way matches, whose ends need not agree, where there are others. */
function bothWays({ count, offset, oneWay }: EndSamples, values: Float64Array): Float64Array {
	if (oneWay.includes(0))
		for (let m = 0; m < count; m++) if (oneWay[m]) values.fill(Number.NaN, offset[m], offset[m + 1]);
	return values;
}

/** Values of members, rank by rank. */
function byRank({ rank, rankCount }: EndSamples, values: Float64Array): Float64Array[] {
	const sizes = new Uint32Array(rankCount);
	for (const r of rank) sizes[r]!++;
	const lists = Array.from(sizes, (size) => new Float64Array(size));
	sizes.fill(0);
	for (let i = 0; i < rank.length; i++) lists[rank[i]!]![sizes[rank[i]!]!++] = values[i]!;
	return lists;
}

/** Whether the residuals of any rank rise or fall over the capture by more than chance. */
function driftShows(samples: EndSamples, still: ClockEquations): boolean {
	const times = byRank(samples, timesOf(samples, still));
	return byRank(samples, still.residual).some((residuals, r) => {
		let along = 0;
		let square = 0;
		for (const [i, time] of times[r]!.entries()) {
			along += residuals[i]! * time;
			square += time * time;
		}
		const slope = along / square;
		return isSignificant(
			slope,
			residuals.map((residual, i) => residual - slope * times[r]![i]!),
			times[r]!,
		);
	});
}

function significant(samples: EndSamples, moving: ClockEquations, component: Uint32Array): Uint8Array {
	const times = byRank(samples, timesOf(samples, moving));
	const drifts = relativeTo(moving.drift, component);
	return Uint8Array.from(byRank(samples, moving.residual), (residuals, r) =>
		isSignificant(drifts[r]! * moving.spanNs, residuals, times[r]!) ? 1 : 0,
	);
}

/**
 * Neighbouring residuals are alike (the same collectives of one layer after another), so that it is not the members
 * that count as observations but the medians of a few stretches of the capture.
 *
 * @param movedNs what the drift moves the clock by over half the capture.
 * @param residuals what is left with the drift taken off.
 */
function isSignificant(movedNs: number, residuals: Float64Array, times: Float64Array): boolean {
	if (residuals.length < LEAST_SAMPLES || Math.abs(movedNs) < LEAST_DRIFT_NS) return false;
	const stretches: number[][] = Array.from({ length: STRETCHES }, () => []);
	for (const [i, time] of times.entries())
		stretches[Math.min(STRETCHES - 1, Math.floor(((time + 1) / 2) * STRETCHES))]?.push(residuals[i]!);
	let variance = 0;
	let square = 0;
	let seen = 0;
	for (const [s, of] of stretches.entries()) {
		if (of.length === 0) continue;
		variance += median(of) ** 2;
		square += ((2 * s + 1) / STRETCHES - 1) ** 2;
		seen++;
	}
	if (seen < LEAST_STRETCHES) return false;
	return Math.abs(movedNs) > SIGNIFICANT * Math.sqrt(variance / (seen - 2) / square);
}

/** Of each member the time of its match. */
function timesOf({ count, offset, rank }: EndSamples, { tau }: ClockEquations): Float64Array {
	const times = new Float64Array(rank.length);
	for (let m = 0; m < count; m++) times.fill(tau[m]!, offset[m]!, offset[m + 1]!);
	return times;
}

/** 1 for the ranks of the largest component; of several as large, the one of the first rank. */
function largest(component: Uint32Array): Uint8Array {
	const sizes = new Uint32Array(component.length);
	let best = 0;
	for (const root of component) sizes[root]!++;
	for (let root = 0; root < sizes.length; root++) if (sizes[root]! > sizes[best]!) best = root;
	return Uint8Array.from(component, (root) => (root === best ? 1 : 0));
}
