/**
 * Offsets and drifts that make the members of every match end together, by iteratively re-weighted least squares.
 *
 * A rank's clock shows `time + offset + drift x (time - at)`. A match's true end is unknown: the weighted mean of its
 * members' ends on the common clock stands for it, so that only the clocks are left as unknowns. Their normal equations
 * are a graph Laplacian, solved by conjugate gradients without being written down.
 */
import type { EndSamples } from "./clock-samples.js";
import { median } from "./median.js";

const ROUNDS = 6;
const MOST_STEPS = 60;
/** Residuals within this many typical ones count in square (Huber's usual constant). */
const HUBER = 1.345;
/** Recorded times are no finer, ns. */
const LEAST_SCALE_NS = 50;
/** The median absolute value of a normal distribution times this is its standard deviation. */
const SIGMAS = 1.4826;

export class ClockEquations {
	/** ns; and ns per ns. */
	readonly offset: Float64Array;
	readonly drift: Float64Array;
	/** Time of each member from the middle of the capture, in units of `span`: both unknowns are ns then. */
	private readonly tau: Float64Array;
	private readonly weights: Float64Array;
	private readonly residual: Float64Array;
	private readonly spanNs: number;

	constructor(
		private readonly samples: EndSamples,
		offsetNs: Float64Array,
	) {
		const { endNs, atNs, rank } = samples;
		this.offset = offsetNs.slice();
		this.drift = new Float64Array(samples.rankCount);
		this.weights = new Float64Array(endNs.length);
		this.residual = new Float64Array(endNs.length);
		let most = 1;
		this.tau = endNs.map((end, i) => end - offsetNs[rank[i]!]! - atNs);
		for (const tau of this.tau) most = Math.max(most, Math.abs(tau));
		this.spanNs = most;
		for (let i = 0; i < this.tau.length; i++) this.tau[i]! /= most;
	}

	/** @param drifting 1 for ranks whose drift is unknown, too; the others keep theirs. */
	solve(drifting?: Uint8Array): void {
		for (let round = 0; round < ROUNDS; round++) {
			this.reweigh();
			if (this.step(drifting) < 1) break;
		}
		this.reweigh();
	}

	/** Of each rank the distances of its ends from the middles of their matches, ns, and their times in spans. */
	byRank(): { readonly residualNs: number[][]; readonly tau: number[][]; readonly spanNs: number } {
		const residualNs: number[][] = Array.from(this.offset, () => []);
		const tau: number[][] = Array.from(this.offset, () => []);
		this.samples.rank.forEach((rank, i) => {
			residualNs[rank]!.push(this.residual[i]!);
			tau[rank]!.push(this.tau[i]!);
		});
		return { residualNs, tau, spanNs: this.spanNs };
	}

	/**
	 * Residuals at the present clocks, and what each member counts by them. One-way messages have a scale of their own:
	 * where their ends agree as well as those of collectives they count as much.
	 */
	private reweigh(): void {
		const { count, offset, rank, endNs, oneWay } = this.samples;
		const { residual, weights, tau } = this;
		const first = weights.every((w) => w === 0);
		const distances: [number[], number[]] = [[], []];
		for (let m = 0; m < count; m++) {
			let sum = 0;
			let total = 0;
			for (let i = offset[m]!; i < offset[m + 1]!; i++) {
				const r = rank[i]!;
				const at = endNs[i]! - this.offset[r]! - this.drift[r]! * tau[i]! * this.spanNs;
				residual[i] = at;
				const w = first ? 1 : weights[i]!;
				sum += w * at;
				total += w;
			}
			const middle = sum / total;
			for (let i = offset[m]!; i < offset[m + 1]!; i++) {
				residual[i]! -= middle;
				distances[oneWay[m]!]!.push(Math.abs(residual[i]!));
			}
		}
		const scales = distances.map((of) => Math.max(LEAST_SCALE_NS, SIGMAS * (median(of) || 0)));
		const finest = Math.min(...scales.filter((_, way) => distances[way]!.length > 0));
		for (let m = 0; m < count; m++) {
			const scale = scales[oneWay[m]!]!;
			for (let i = offset[m]!; i < offset[m + 1]!; i++)
				weights[i] = (finest / scale) ** 2 * Math.min(1, (HUBER * scale) / Math.max(Math.abs(residual[i]!), 1e-9));
		}
	}

	/** One weighted least-squares step; the largest change of an offset, ns. */
	private step(drifting: Uint8Array | undefined): number {
		const n = this.offset.length;
		const size = drifting ? 2 * n : n;
		const change = new Float64Array(size);
		const direction = new Float64Array(size);
		const left = this.pull(drifting);
		direction.set(left);
		let length = dot(left, left);
		const enough = length * 1e-12;
		for (let step = 0; step < MOST_STEPS && length > enough && length > 0; step++) {
			const image = this.apply(direction, drifting);
			const along = dot(direction, image);
			if (!(along > 0)) break;
			const by = length / along;
			for (let k = 0; k < size; k++) {
				change[k]! += by * direction[k]!;
				left[k]! -= by * image[k]!;
			}
			const next = dot(left, left);
			for (let k = 0; k < size; k++) direction[k] = left[k]! + (next / length) * direction[k]!;
			length = next;
		}
		let most = 0;
		for (let r = 0; r < n; r++) {
			this.offset[r]! += change[r]!;
			if (drifting) this.drift[r]! += change[n + r]! / this.spanNs;
			most = Math.max(most, Math.abs(change[r]!));
		}
		return most;
	}

	/** The right-hand side: how far each unknown is pulled by the residuals. */
	private pull(drifting: Uint8Array | undefined): Float64Array {
		return this.gather(this.residual, drifting);
	}

	/** The normal equations times a vector of unknowns. */
	private apply(x: Float64Array, drifting: Uint8Array | undefined): Float64Array {
		const n = this.offset.length;
		const { rank } = this.samples;
		const moved = new Float64Array(rank.length);
		for (let i = 0; i < rank.length; i++) {
			const r = rank[i]!;
			moved[i] = x[r]! + (drifting ? x[n + r]! * this.tau[i]! : 0);
		}
		return this.gather(moved, drifting);
	}

	/** Weighted sums, over the members of each rank, of their values less the mean of the match. */
	private gather(values: Float64Array, drifting: Uint8Array | undefined): Float64Array {
		const { count, offset, rank } = this.samples;
		const { weights, tau } = this;
		const n = this.offset.length;
		const sums = new Float64Array(drifting ? 2 * n : n);
		for (let m = 0; m < count; m++) {
			let sum = 0;
			let total = 0;
			for (let i = offset[m]!; i < offset[m + 1]!; i++) {
				sum += weights[i]! * values[i]!;
				total += weights[i]!;
			}
			const mean = sum / total;
			for (let i = offset[m]!; i < offset[m + 1]!; i++) {
				const r = rank[i]!;
				const part = weights[i]! * (values[i]! - mean);
				sums[r]! += part;
				if (drifting?.[r]) sums[n + r]! += part * tau[i]!;
			}
		}
		return sums;
	}
}

function dot(a: Float64Array, b: Float64Array): number {
	let sum = 0;
	for (let k = 0; k < a.length; k++) sum += a[k]! * b[k]!;
	return sum;
}
