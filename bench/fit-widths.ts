/** The widths of intervals around predictions from traces, fitted to pairs whose truth is known. */
import type { Provenance } from "../src/predict/uncertainty.js";

export interface Known {
	/** Truth over prediction. */
	readonly ratio: number;
	readonly provenance: readonly Provenance[];
}

/** Relative half-widths by where a time comes from: see src/predict/uncertainty.ts. */
export interface Widths {
	readonly measured: number;
	readonly scaled: number;
	readonly modelled: number;
}

/** Half-width of a normal distribution's 90 % interval, in standard deviations. */
const NORMAL_90 = 1.645;
/** Steps of a quarter of a per cent up to 5 %, and of a half up to 20 %. */
const CANDIDATES = [
	...Array.from({ length: 20 }, (_, i) => 0.0025 * (i + 1)),
	...Array.from({ length: 30 }, (_, i) => 0.05 + 0.005 * (i + 1)),
];

function halfWidth({ measured, scaled, modelled }: Widths, provenance: readonly Provenance[]): number {
	const share = (source: Provenance["source"]): number =>
		provenance.reduce((sum, part) => sum + (part.source === source ? part.shareOfTime : 0), 0);
	return Math.hypot(measured, share("scaled") * scaled, share("modelled") * modelled);
}

/**
 * The most likely where errors are normal with these widths as their 90 % intervals: pairs that scale and model more may
 * err more, so that each kind of pair is covered, not only all of them together.
 */
export function fitWidths(known: readonly Known[]): Widths {
	let best: Widths = { measured: 0, scaled: 0, modelled: 0 };
	let most = Number.NEGATIVE_INFINITY;
	for (const measured of CANDIDATES) {
		for (const scaled of CANDIDATES) {
			for (const modelled of CANDIDATES) {
				const widths = { measured, scaled, modelled };
				let logLikelihood = 0;
				for (const { ratio, provenance } of known) {
					const deviation = halfWidth(widths, provenance) / NORMAL_90;
					logLikelihood -= Math.log(deviation) + (Math.log(ratio) / deviation) ** 2 / 2;
				}
				if (logLikelihood <= most) continue;
				most = logLikelihood;
				best = widths;
			}
		}
	}
	return best;
}
