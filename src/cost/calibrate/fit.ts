/**
 * Fits the parameters of a hardware description to measurements, and refuses those that the measurements do not show.
 *
 * Parameters and times are compared by their logarithms: a factor of two is as far above as below. How well a parameter
 * is known comes from the curvature of the fit: the residuals' own spread over how strongly the measurements depend on
 * it. A parameter that no measurement depends on, or whose interval stays wider than a factor, keeps the value it had.
 */
import type { HardwareConfig } from "../../config/hardware.js";
import { explore, leastSquares, normalMatrix, type Problem, type Solution } from "./least-squares.js";
import { invert, quadratic } from "./linear-algebra.js";
import { KINDS, type Observation, type ObservationKind } from "./observations.js";
import { PARAMETERS, type Parameter, type ParameterName, parameterValue, withParameters } from "./parameters.js";

export interface FittedParameter {
	readonly name: ParameterName;
	readonly before: number;
	readonly value: number;
	/** 90 % interval. */
	readonly low: number;
	readonly high: number;
	/** The value stands at the end of what is physically possible: something else is off. */
	readonly atBound: boolean;
}

export interface RefusedParameter {
	readonly name: ParameterName;
	readonly value: number;
	readonly reason: string;
}

export interface KindReport {
	readonly kind: ObservationKind;
	readonly count: number;
	/** Mean |error| before and after, weighed by importance, percent. */
	readonly beforePct: number;
	readonly afterPct: number;
}

export interface FitResult {
	readonly hardware: HardwareConfig;
	readonly fitted: readonly FittedParameter[];
	readonly refused: readonly RefusedParameter[];
	readonly kinds: readonly KindReport[];
	/** Covariance of the logarithms of the fitted parameters, in their order. */
	readonly covariance: Float64Array;
	/** Usual |log error| of each kind after the fit; kinds without observations are absent. */
	readonly spread: ReadonlyMap<ObservationKind, number>;
}

/** A parameter that moves no measurement by more than this share of its own change is not seen at all. */
const LEAST_SENSITIVITY = 0.01;
/** Standard deviation of a logarithm beyond which a parameter is not known: its 90 % interval spans a factor of 3.2. */
const MOST_DEVIATION = 0.35;
/** Of the errors of two fits: closer ones are the same, and the first counts. */
const LEAST_DIFFERENCE = 0.98;
const UNSEEN = "no measurement depends on it";
/** Half the width of a 90 % interval in standard deviations. */
const Z90 = 1.6449;

interface Space {
	readonly parameters: readonly Parameter[];
	/** As it was: what is not fitted keeps these values. */
	readonly hardware: HardwareConfig;
	/** Where the search starts. */
	readonly start: HardwareConfig;
	readonly observations: readonly Observation[];
}

function hardwareAt({ parameters, hardware }: Space, logs: readonly number[]): HardwareConfig {
	return withParameters(hardware, new Map(parameters.map(({ name }, j) => [name, Math.exp(logs[j]!)])));
}

function logErrors(hardware: HardwareConfig, observations: readonly Observation[]): Float64Array {
	return Float64Array.from(observations, (observation) =>
		Math.log(observation.predictNs(hardware) / observation.measuredNs),
	);
}

/** Importance of each observation, 1 on average over those of its kind. */
function importanceOf(observations: readonly Observation[]): Float64Array {
	const count = new Map<ObservationKind, number>();
	const total = new Map<ObservationKind, number>();
	for (const { kind, importance = 1 } of observations) {
		count.set(kind, (count.get(kind) ?? 0) + 1);
		total.set(kind, (total.get(kind) ?? 0) + importance);
	}
	return Float64Array.from(
		observations,
		({ kind, importance = 1 }) => importance * (count.get(kind)! / total.get(kind)!),
	);
}

function kindsOf(observations: readonly Observation[]): number[] {
	return observations.map(({ kind }) => KINDS.indexOf(kind));
}

function problemOf(space: Space): Problem {
	const { parameters, start, observations } = space;
	return {
		start: parameters.map((parameter) => Math.log(startOf(parameter, start))),
		lower: parameters.map(({ lower }) => Math.log(lower)),
		upper: parameters.map(({ upper }) => Math.log(upper)),
		kinds: kindsOf(observations),
		importance: importanceOf(observations),
		residuals: (logs) => logErrors(hardwareAt(space, logs), observations),
	};
}

/** A parameter that is off has no logarithm: it starts from the middle of its bounds. */
function startOf({ name, lower, upper }: Parameter, start: HardwareConfig): number {
	return parameterValue(start, name) || Math.sqrt(lower * upper);
}

/** Largest change of any residual with a parameter, over the change of the parameter. */
function sensitivity(jacobian: Float64Array, n: number, j: number): number {
	let largest = 0;
	for (let at = j; at < jacobian.length; at += n) largest = Math.max(largest, Math.abs(jacobian[at]!));
	return largest;
}

function unseen(jacobian: Float64Array, n: number): number[] {
	return range(n).filter((j) => sensitivity(jacobian, n, j) < LEAST_SENSITIVITY);
}

/** A faint prior keeps the inverse finite where measurements show nothing. */
function inverseOfNormal(jacobian: Float64Array, weights: Float64Array, n: number): Float64Array {
	const normal = normalMatrix(jacobian, weights, n);
	for (let j = 0; j < n; j++) normal[j * n + j]! += 1e-3;
	return invert(normal, n) ?? new Float64Array(n * n).fill(Number.POSITIVE_INFINITY);
}

/**
 * Covariance of the logarithms. Parameters bend towards their measurements, so the residuals of few measurements are
 * smaller than the errors: each kind's spread is widened by the share of it that the parameters took up (its leverage).
 */
function covarianceOf({ jacobian, weights }: Solution, kinds: readonly number[], n: number): Float64Array {
	const first = inverseOfNormal(jacobian, weights, n);
	const count = KINDS.map(() => 0);
	const taken = KINDS.map(() => 0);
	for (const [i, kind] of kinds.entries()) {
		count[kind]!++;
		taken[kind]! += weights[i]! * quadratic(first, n, jacobian.subarray(i * n, (i + 1) * n));
	}
	const left = count.map((all, kind) => Math.max(0.1, (all - taken[kind]!) / all));
	return inverseOfNormal(
		jacobian,
		weights.map((weight, i) => weight * left[kinds[i]!]!),
		n,
	);
}

interface Doubt {
	/** Among the parameters that are left when it is raised. */
	readonly index: number;
	readonly reason: string;
}

/** The parameter that the fit knows least, if it does not know it well enough. */
function leastKnown(solution: Solution, kinds: readonly number[], n: number): Doubt | undefined {
	const { jacobian } = solution;
	const [first] = unseen(jacobian, n);
	if (first !== undefined) return { index: first, reason: UNSEEN };
	const covariance = covarianceOf(solution, kinds, n);
	const deviation = (j: number): number => Math.sqrt(covariance[j * n + j]!);
	const unknown = range(n).filter((j) => !(deviation(j) <= MOST_DEVIATION));
	if (unknown.length === 0) return undefined;
	const index = unknown.reduce((a, b) => (sensitivity(jacobian, n, b) < sensitivity(jacobian, n, a) ? b : a));
	const factor = Math.exp(2 * Z90 * deviation(index));
	return {
		index,
		reason: `the measurements leave it open within a factor of ${factor < 100 ? factor.toPrecision(2) : "100 or more"}`,
	};
}

/** One after the other, each with those before it taken out: of two that only act together the other one may stay. */
function doubtsOf(solution: Solution, kinds: readonly number[], parameters: number): Doubt[] {
	const doubts: Doubt[] = [];
	let left = solution;
	for (let n = parameters; n > 0; n--) {
		const doubt = leastKnown(left, kinds, n);
		if (!doubt) break;
		doubts.push(doubt);
		left = { ...left, jacobian: left.jacobian.filter((_, at) => at % n !== doubt.index) };
	}
	return doubts;
}

function range(n: number): number[] {
	return Array.from({ length: n }, (_, j) => j);
}

/**
 * Fits `parameters` (default: all) to `observations`.
 *
 * Two parameters can stand for the same times (a slow link, late ranks), and which of them is tried first decides where
 * a search ends; so it runs in both orders, and what fits better is taken.
 *
 * Simulated iterations make a fit slow: every step asks for each of them once a parameter.
 */
export function fitHardware(
	hardware: HardwareConfig,
	observations: readonly Observation[],
	parameters: readonly Parameter[] = PARAMETERS,
): FitResult {
	const ahead = fitInOrder(hardware, observations, parameters);
	if (ahead.fitted.length < 2) return ahead;
	const back = fitInOrder(hardware, observations, parameters.toReversed());
	return errorAfter(back) < LEAST_DIFFERENCE * errorAfter(ahead) ? back : ahead;
}

/** Mean |error| over all observations, percent. */
function errorAfter({ kinds }: FitResult): number {
	const count = kinds.reduce((sum, kind) => sum + kind.count, 0);
	return kinds.reduce((sum, kind) => sum + kind.count * kind.afterPct, 0) / count;
}

function fitInOrder(
	hardware: HardwareConfig,
	observations: readonly Observation[],
	parameters: readonly Parameter[],
): FitResult {
	const refused: RefusedParameter[] = [];
	let space: Space = { parameters, hardware, start: hardware, observations };
	const kinds = kindsOf(observations);
	const refuse = ({ index, reason }: Doubt): void => {
		const { name } = space.parameters[index]!;
		refused.push({ name, value: parameterValue(hardware, name), reason });
		space = { ...space, parameters: space.parameters.filter((_, j) => j !== index) };
	};
	const { point, influence } = explore(problemOf(space));
	space = { ...space, start: hardwareAt(space, point) };
	for (const index of range(parameters.length).reverse())
		if (influence[index]! < LEAST_SENSITIVITY) refuse({ index, reason: UNSEEN });
	for (;;) {
		const solution = leastSquares(problemOf(space));
		const doubts = doubtsOf(solution, kinds, space.parameters.length);
		if (doubts.length === 0) return { ...resultOf(space, solution), refused };
		space = { ...space, start: hardwareAt(space, solution.point) };
		for (const doubt of doubts) refuse(doubt);
	}
}

function resultOf(space: Space, solution: Solution): Omit<FitResult, "refused"> {
	const { parameters, observations } = space;
	const n = parameters.length;
	const covariance = covarianceOf(solution, kindsOf(observations), n);
	const fitted = parameters.map(({ name, lower, upper }, j): FittedParameter => {
		const log = solution.point[j]!;
		const deviation = Math.sqrt(covariance[j * n + j]!);
		return {
			name,
			before: parameterValue(space.hardware, name),
			value: Math.exp(log),
			low: Math.max(lower, Math.exp(log - Z90 * deviation)),
			high: Math.min(upper, Math.exp(log + Z90 * deviation)),
			atBound: log <= Math.log(lower) + 1e-9 || log >= Math.log(upper) - 1e-9,
		};
	});
	const kinds = KINDS.filter((kind) => observations.some((observation) => observation.kind === kind));
	return {
		hardware: hardwareAt(space, solution.point),
		fitted,
		covariance,
		kinds: kinds.map((kind) => kindReport(space, solution, kind)),
		spread: new Map(kinds.map((kind) => [kind, solution.spread[KINDS.indexOf(kind)]!])),
	};
}

function kindReport({ hardware, observations }: Space, { residuals }: Solution, kind: ObservationKind): KindReport {
	const count = observations.filter((observation) => observation.kind === kind).length;
	const importance = importanceOf(observations);
	const of = (errors: Float64Array): number => {
		let sum = 0;
		for (const [i, observation] of observations.entries())
			if (observation.kind === kind) sum += importance[i]! * Math.abs(Math.expm1(errors[i]!));
		return (100 * sum) / count;
	};
	return { kind, count, beforePct: of(logErrors(hardware, observations)), afterPct: of(residuals) };
}
