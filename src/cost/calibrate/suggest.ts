/**
 * Which few measurements would narrow what is uncertain most: the candidates are taken greedily, each the one after
 * which the targets are known best, given those taken before it.
 *
 * What a measurement is worth follows from how it depends on the parameters (sensitivity), how well these are known
 * (their covariance after the fit, a wide prior where they were refused), and how well its kind repeats.
 */
import type { HardwareConfig } from "../../config/hardware.js";
import type { FitResult } from "./fit.js";
import { quadratic } from "./linear-algebra.js";
import type { Measurable, ObservationKind } from "./observations.js";
import { type ParameterName, parameterValue, withParameters } from "./parameters.js";

export interface Suggestion {
	readonly what: string;
	/** Root mean square of the targets' standard deviations before and after this measurement, percent of their time. */
	readonly beforePct: number;
	readonly afterPct: number;
	/** The parameters that it tells most of, most first. */
	readonly about: readonly ParameterName[];
}

/** Standard deviation of the logarithm of a parameter that nothing was learnt of: within a factor of 1.6, likely. */
const PRIOR_DEVIATION = 0.3;
/** How well a kind repeats, where nothing of it was measured. */
const DEFAULT_SPREAD = 0.03;
const DIFFERENCE = 0.01;
/** A measurement that tells less than this share of what is uncertain is not worth making. */
const LEAST_GAIN = 0.02;

/** Change of the logarithm of a time with that of each parameter. */
function gradient(hardware: HardwareConfig, names: readonly ParameterName[], { predictNs }: Measurable): number[] {
	const at = Math.log(predictNs(hardware));
	return names.map((name) => {
		const moved = new Map([[name, parameterValue(hardware, name) * Math.exp(-DIFFERENCE)]]);
		return (at - Math.log(predictNs(withParameters(hardware, moved)))) / DIFFERENCE;
	});
}

function covarianceWithPrior({ fitted, refused, covariance }: FitResult): { n: number; matrix: Float64Array } {
	const n = fitted.length + refused.length;
	const matrix = new Float64Array(n * n);
	for (let j = 0; j < fitted.length; j++)
		for (let k = 0; k < fitted.length; k++) matrix[j * n + k] = covariance[j * fitted.length + k]!;
	for (let j = fitted.length; j < n; j++) matrix[j * n + j] = PRIOR_DEVIATION ** 2;
	return { n, matrix };
}

/** Covariance after a measurement with gradient g and variance v: C - C g g^T C / (v + g^T C g). */
function updated(matrix: Float64Array, n: number, g: readonly number[], variance: number): Float64Array {
	const cg = g.map((_, row) => g.reduce((sum, value, column) => sum + matrix[row * n + column]! * value, 0));
	const scale = variance + g.reduce((sum, value, j) => sum + value * cg[j]!, 0);
	return matrix.map((value, at) => value - (cg[Math.floor(at / n)]! * cg[at % n]!) / scale);
}

/**
 * Up to `count` measurements, the most telling first; fewer where more would tell nothing new.
 * @param targets what has to be predicted well; the candidates themselves where none are given
 */
export function suggestMeasurements(
	fit: FitResult,
	candidates: readonly Measurable[],
	count: number,
	targets: readonly Measurable[] = candidates,
): Suggestion[] {
	const names = [...fit.fitted, ...fit.refused].map(({ name }) => name);
	const { n, matrix } = covarianceWithPrior(fit);
	const goals = targets.map((target) => gradient(fit.hardware, names, target));
	const uncertainty = (covariance: Float64Array): number =>
		Math.sqrt(goals.reduce((sum, goal) => sum + quadratic(covariance, n, goal), 0) / goals.length);
	const spreadOf = (kind: ObservationKind): number => fit.spread.get(kind) ?? DEFAULT_SPREAD;
	const open = candidates.map((candidate) => ({ candidate, g: gradient(fit.hardware, names, candidate) }));
	const first = uncertainty(matrix);
	const suggestions: Suggestion[] = [];
	let known = matrix;
	while (suggestions.length < count && open.length > 0) {
		const before = uncertainty(known);
		const after = open.map(({ candidate, g }) => updated(known, n, g, spreadOf(candidate.kind) ** 2));
		const left = after.map(uncertainty);
		const best = left.indexOf(Math.min(...left));
		if (!(before - left[best]! > LEAST_GAIN * first)) break;
		const [{ candidate, g }] = open.splice(best, 1) as [(typeof open)[number]];
		const told = names.map((name, j) => ({ name, share: Math.abs(g[j]!) * Math.sqrt(known[j * n + j]!) }));
		const most = Math.max(...told.map(({ share }) => share));
		suggestions.push({
			what: candidate.what,
			beforePct: 100 * before,
			afterPct: 100 * left[best]!,
			about: told
				.filter(({ share }) => share > 0.3 * most)
				.sort((a, b) => b.share - a.share)
				.map(({ name }) => name),
		});
		known = after[best]!;
	}
	return suggestions;
}
