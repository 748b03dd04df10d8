/**
 * Robust least squares without derivatives: parameters within bounds, residuals of any function of them.
 *
 * Damped Gauss-Newton steps on differences (Levenberg-Marquardt), with Broyden's updates between, since a point may cost
 * hundreds of simulations; where a kink of the function leaves these without progress, a search along the coordinates
 * takes over. Residuals beyond a few times the usual size count linearly
 * (Huber), so that single bad measurements do not steer the fit. Deterministic: no random start.
 */
import { cholesky, solveCholesky } from "./linear-algebra.js";

export interface Problem {
	readonly start: readonly number[];
	readonly lower: readonly number[];
	readonly upper: readonly number[];
	/** Residuals at a point, always as many; not finite ones count as very large. */
	readonly residuals: (point: readonly number[]) => Float64Array;
	/** Kind of each residual: each kind has a spread of its own, which weighs it. */
	readonly kinds: ArrayLike<number>;
	/** How much each residual counts within its kind; 1 on average. */
	readonly importance: Float64Array;
}

export interface Solution {
	readonly point: number[];
	readonly residuals: Float64Array;
	/** Usual size of the residuals of each kind. */
	readonly spread: Float64Array;
	/** Change of each residual with each parameter, row by row. */
	readonly jacobian: Float64Array;
	/** Huber weight of each residual, times its importance, over its squared spread. */
	readonly weights: Float64Array;
}

/** Few residuals can be small by chance: a spread is taken as if so many more of this size had been seen. */
const PRIOR_COUNT = 3;
const PRIOR_SPREAD = 0.05;
const HUBER = 1.5;
const DIFFERENCE = 0.01;
const LARGE = 1e3;
const FIRST_DAMPING = 1e-3;
const MOST_DAMPING = 1e6;
/** A step that lowers the loss by less than this share ends a search whose derivatives are fresh. */
const LEAST_GAIN = 1e-3;

/** Of each kind, the weighted median of |residual|, as the standard deviation of a normal distribution with it. */
function spreadOf(residuals: Float64Array, { kinds, importance }: Problem): Float64Array {
	const byKind: { size: number; weight: number }[][] = [];
	for (let i = 0; i < residuals.length; i++) {
		const kind = kinds[i]!;
		byKind[kind] ??= [];
		byKind[kind].push({ size: Math.abs(residuals[i]!), weight: importance[i]! });
	}
	return Float64Array.from(byKind, (members = []) => {
		members.sort((a, b) => a.size - b.size);
		let left = members.reduce((sum, { weight }) => sum + weight, 0) / 2;
		const middle = members.find(({ weight }) => {
			left -= weight;
			return left < 0;
		});
		const seen = members.length * (1.4826 * (middle?.size ?? 0)) ** 2;
		return Math.sqrt((seen + PRIOR_COUNT * PRIOR_SPREAD ** 2) / (members.length + PRIOR_COUNT));
	});
}

class Fit {
	private evaluated = new Map<string, Float64Array>();

	constructor(
		private readonly problem: Problem,
		private spread: Float64Array,
	) {}

	setSpread(spread: Float64Array): void {
		this.spread = spread;
	}

	residuals(point: readonly number[]): Float64Array {
		const key = point.join();
		let found = this.evaluated.get(key);
		if (!found) {
			found = this.problem.residuals(point).map((value) => (Number.isFinite(value) ? value : LARGE));
			this.evaluated.set(key, found);
		}
		return found;
	}

	loss(point: readonly number[]): number {
		const residuals = this.residuals(point);
		let sum = 0;
		for (let i = 0; i < residuals.length; i++) {
			const size = Math.abs(residuals[i]!) / this.spread[this.problem.kinds[i]!]!;
			const loss = size <= HUBER ? 0.5 * size * size : HUBER * (size - 0.5 * HUBER);
			sum += this.problem.importance[i]! * loss;
		}
		return sum;
	}

	weights(residuals: Float64Array): Float64Array {
		return residuals.map((residual, i) => {
			const spread = this.spread[this.problem.kinds[i]!]!;
			const size = Math.abs(residual) / spread;
			return (this.problem.importance[i]! * Math.min(1, HUBER / size)) / spread ** 2;
		});
	}

	clamp(point: readonly number[]): number[] {
		const { lower, upper } = this.problem;
		return point.map((value, j) => Math.min(upper[j]!, Math.max(lower[j]!, value)));
	}

	jacobian(point: readonly number[]): Float64Array {
		const base = this.residuals(point);
		const n = point.length;
		const jacobian = new Float64Array(base.length * n);
		for (let j = 0; j < n; j++) {
			// Towards the inside, where a bound is near.
			const step = point[j]! + DIFFERENCE > this.problem.upper[j]! ? -DIFFERENCE : DIFFERENCE;
			const moved = this.residuals(point.with(j, point[j]! + step));
			for (let i = 0; i < base.length; i++) jacobian[i * n + j] = (moved[i]! - base[i]!) / step;
		}
		return jacobian;
	}

	/** A point with less loss by one damped step; null where no damping finds any. */
	private step(point: readonly number[], jacobian: Float64Array, damping: { value: number }): number[] | null {
		const n = point.length;
		const residuals = this.residuals(point);
		const weights = this.weights(residuals);
		const normal = normalMatrix(jacobian, weights, n);
		const gradient = new Float64Array(n);
		for (let i = 0; i < residuals.length; i++)
			for (let j = 0; j < n; j++) gradient[j]! += jacobian[i * n + j]! * weights[i]! * residuals[i]!;
		const loss = this.loss(point);
		for (; damping.value < MOST_DAMPING; damping.value *= 10) {
			const damped = Float64Array.from(normal);
			for (let j = 0; j < n; j++) damped[j * n + j]! += damping.value * (normal[j * n + j]! + 1e-9);
			const lower = cholesky(damped, n);
			if (!lower) continue;
			const move = solveCholesky(lower, n, gradient);
			const next = this.clamp(point.map((value, j) => value - Math.max(-0.5, Math.min(0.5, move[j]!))));
			if (this.loss(next) < loss) {
				damping.value = Math.max(1e-9, damping.value / 30);
				return next;
			}
		}
		damping.value = FIRST_DAMPING;
		return null;
	}

	/** Broyden's update: what one step showed of the derivatives, without further evaluations. */
	private learn(jacobian: Float64Array, from: readonly number[], to: readonly number[]): void {
		const n = from.length;
		const move = to.map((value, j) => value - from[j]!);
		const length = move.reduce((sum, value) => sum + value * value, 0);
		const before = this.residuals(from);
		const after = this.residuals(to);
		for (let i = 0; i < before.length; i++) {
			let missed = after[i]! - before[i]!;
			for (let j = 0; j < n; j++) missed -= jacobian[i * n + j]! * move[j]!;
			for (let j = 0; j < n; j++) jacobian[i * n + j]! += (missed * move[j]!) / length;
		}
	}

	/** A point with less loss a little along one coordinate; null where there is none at any distance. */
	search(point: readonly number[]): number[] | null {
		const loss = this.loss(point);
		for (const distance of [0.1, 0.03, 0.01])
			for (let j = 0; j < point.length; j++)
				for (const sign of [1, -1]) {
					const next = this.clamp(point.with(j, point[j]! + sign * distance));
					if (this.loss(next) < loss * (1 - 1e-6)) return next;
				}
		return null;
	}

	/** Steps while they pay; derivatives are taken anew only where what is known of them leads no further. */
	minimise(start: readonly number[], limit: number): number[] {
		let point = this.clamp(start);
		let jacobian = this.jacobian(point);
		let fresh = true;
		const damping = { value: FIRST_DAMPING };
		for (let i = 0; i < limit; i++) {
			const loss = this.loss(point);
			const next = this.step(point, jacobian, damping) ?? (fresh ? this.search(point) : null);
			if (next) {
				this.learn(jacobian, point, next);
				point = next;
			}
			if (next && loss - this.loss(next) > LEAST_GAIN * loss) {
				fresh = false;
				continue;
			}
			if (fresh) return point;
			jacobian = this.jacobian(point);
			fresh = true;
		}
		return point;
	}

	solution(point: number[]): Solution {
		const residuals = this.residuals(point);
		return {
			point,
			residuals,
			spread: this.spread,
			jacobian: this.jacobian(point),
			weights: this.weights(residuals),
		};
	}
}

/** J^T W J of n parameters. */
export function normalMatrix(jacobian: Float64Array, weights: Float64Array, n: number): Float64Array {
	const normal = new Float64Array(n * n);
	for (let i = 0; i < weights.length; i++)
		for (let j = 0; j < n; j++) {
			const left = weights[i]! * jacobian[i * n + j]!;
			if (left !== 0) for (let k = 0; k < n; k++) normal[j * n + k]! += left * jacobian[i * n + k]!;
		}
	return normal;
}

/** Factors that parameters (logarithms) are tried at before a fit: what is far off may not show in any derivative. */
const TRIED = [0.25, 0.5, 2, 4, 8].map(Math.log);
const ROUNDS_OF_TRIES = 3;

export interface Exploration {
	/** A better start: the best of the tries, parameter by parameter. */
	readonly point: number[];
	/** Largest change of a residual that each parameter made, over its own change. */
	readonly influence: number[];
}

/** Tries every parameter far from the start, keeps what helps, and sees which have any influence. */
export function explore(problem: Problem): Exploration {
	const fit = new Fit(problem, new Float64Array());
	let point = fit.clamp(problem.start);
	fit.setSpread(spreadOf(fit.residuals(point), problem));
	const influence = point.map(() => 0);
	for (let round = 0; round < ROUNDS_OF_TRIES; round++) {
		const before = fit.loss(point);
		for (let j = 0; j < point.length; j++) {
			if (round > 0 && influence[j] === 0) continue;
			const from = point;
			for (const factor of TRIED) {
				const tried = fit.clamp(from.with(j, from[j]! + factor));
				const moved = Math.abs(tried[j]! - from[j]!);
				if (moved === 0) continue;
				const change = largestChange(fit.residuals(from), fit.residuals(tried)) / moved;
				influence[j] = Math.max(influence[j]!, change);
				if (fit.loss(tried) < fit.loss(point)) point = tried;
			}
		}
		if (fit.loss(point) > 0.9 * before) break;
	}
	return { point, influence };
}

function largestChange(a: Float64Array, b: Float64Array): number {
	return a.reduce((largest, value, i) => Math.max(largest, Math.abs(value - b[i]!)), 0);
}

/** Minimises the residuals: their spreads are taken at a point, the loss with these minimised, three times over. */
export function leastSquares(problem: Problem, limit = 40): Solution {
	const fit = new Fit(problem, new Float64Array());
	let point = fit.clamp(problem.start);
	if (point.length === 0) return fit.solution(point);
	for (let round = 0; round < 3; round++) {
		fit.setSpread(spreadOf(fit.residuals(point), problem));
		point = fit.minimise(point, limit);
	}
	fit.setSpread(spreadOf(fit.residuals(point), problem));
	return fit.solution(point);
}
