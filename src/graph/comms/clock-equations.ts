/**
 * Offsets and drifts that make the members of every match end together, by iteratively re-weighted least squares.
 *
 * A rank's clock shows `time + offset + drift x (time - at)`. A match's true end is unknown: the weighted mean of its
 * members' ends on the common clock stands for it, so that only the clocks are left as unknowns. Their normal equations
 * are a graph Laplacian, solved by conjugate gradients (with the diagonal as preconditioner) without being written down.
 */
import { sampleQuantile } from "../../lib/sort.js";
import type { EndSamples } from "./clock-samples.js";

const MOST_ROUNDS = 6;
/** A round that moves no clock by more than this is the last, ns. */
const SETTLED_NS = 20;
const MOST_STEPS = 60;
/** Steps end when what is left pulls less than this part of what pulled at first, squared. */
const SOLVED = 1e-8;
/** Residuals within this many standard deviations count in square (Huber's usual constant). */
const HUBER = 1.345;
/** Recorded times are no finer, ns. */
const LEAST_SCALE_NS = 50;
/** The median absolute value of a normal distribution times this is its standard deviation. */
const SIGMAS = 1.4826;

export class ClockEquations {
	/** ns; and ns per ns. */
	readonly offset: Float64Array;
	readonly drift: Float64Array;
	/** Half the capture, ns. */
	readonly spanNs: number;
	/** Of each match its time from the middle of the capture, in units of `spanNs`, so that both unknowns are ns. */
	readonly tau: Float64Array;
	/** Of each member how far its end is from the middle of its match, ns. */
	readonly residual: Float64Array;
	private readonly weights: Float64Array;

	constructor(
		private readonly samples: EndSamples,
		offsetNs: Float64Array,
	) {
		const { count, offset, endNs, atNs, rank } = samples;
		this.offset = offsetNs.slice();
		this.drift = new Float64Array(offsetNs.length);
		this.weights = new Float64Array(endNs.length).fill(1);
		this.residual = new Float64Array(endNs.length);
		// One time a match: with each member's own, a drift of 1 would explain all differences away.
		this.tau = new Float64Array(count);
		let most = 1;
		for (let m = 0; m < count; m++) {
			const first = offset[m]!;
			this.tau[m] = endNs[first]! - offsetNs[rank[first]!]! - atNs;
			most = Math.max(most, Math.abs(this.tau[m]!));
		}
		this.spanNs = most;
		for (let m = 0; m < count; m++) this.tau[m]! /= most;
	}

	/** @param drifting 1 for ranks whose drift is unknown, too; the others have none. */
	solve(drifting?: Uint8Array): this {
		this.reweigh();
		for (let round = 0; round < MOST_ROUNDS; round++) {
			const moved = this.step(drifting);
			this.reweigh();
			if (moved < SETTLED_NS) break;
		}
		return this;
	}

	/**
	 * Residuals at the present clocks, and what each member counts by them. One-way messages have a scale of their own:
	 * where their ends agree as well as those of collectives they count as much.
	 */
	private reweigh(): void {
		const { count, offset, rank, endNs, oneWay } = this.samples;
		const { residual, weights, tau, drift, spanNs } = this;
		const distances = [new Float64Array(endNs.length), new Float64Array(endNs.length)] as const;
		const filled = [0, 0] as [number, number];
		for (let m = 0; m < count; m++) {
			const way = oneWay[m] as 0 | 1;
			let sum = 0;
			let total = 0;
			for (let i = offset[m]!; i < offset[m + 1]!; i++) {
				const r = rank[i]!;
				residual[i] = endNs[i]! - this.offset[r]! - drift[r]! * tau[m]! * spanNs;
				sum += weights[i]! * residual[i]!;
				total += weights[i]!;
			}
			for (let i = offset[m]!; i < offset[m + 1]!; i++) {
				residual[i]! -= sum / total;
				distances[way][filled[way]++] = Math.abs(residual[i]!);
			}
		}
		const scales = distances.map((of, way) => {
			const middle = filled[way]! > 0 ? sampleQuantile(of.subarray(0, filled[way]), 0.5) : 0;
			return Math.max(LEAST_SCALE_NS, SIGMAS * middle);
		});
		const finest = Math.min(...scales.filter((_, way) => filled[way]! > 0));
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
		const diagonal = this.diagonal(drifting);
		const change = new Float64Array(size);
		const direction = new Float64Array(size);
		const image = new Float64Array(size);
		const left = new Float64Array(size);
		this.pull(left, drifting);
		let length = 0;
		for (let k = 0; k < size; k++) {
			direction[k] = left[k]! / diagonal[k]!;
			length += left[k]! * direction[k]!;
		}
		const enough = length * SOLVED;
		for (let step = 0; step < MOST_STEPS && length > enough; step++) {
			this.apply(direction, image, drifting);
			let along = 0;
			for (let k = 0; k < size; k++) along += direction[k]! * image[k]!;
			if (!(along > 0)) break;
			let next = 0;
			for (let k = 0; k < size; k++) {
				change[k]! += (length / along) * direction[k]!;
				left[k]! -= (length / along) * image[k]!;
				next += (left[k]! * left[k]!) / diagonal[k]!;
			}
			for (let k = 0; k < size; k++) direction[k] = left[k]! / diagonal[k]! + (next / length) * direction[k]!;
			length = next;
		}
		let most = 0;
		for (let r = 0; r < n; r++) {
			this.offset[r]! += change[r]!;
			if (drifting) this.drift[r]! += change[n + r]! / this.spanNs;
			most = Math.max(most, Math.abs(change[r]!), drifting ? Math.abs(change[n + r]!) : 0);
		}
		return most;
	}

	private diagonal(drifting: Uint8Array | undefined): Float64Array {
		const { count, offset, rank } = this.samples;
		const n = this.offset.length;
		const sums = new Float64Array(drifting ? 2 * n : n);
		for (let m = 0; m < count; m++) {
			for (let i = offset[m]!; i < offset[m + 1]!; i++) {
				sums[rank[i]!]! += this.weights[i]!;
				if (drifting?.[rank[i]!]) sums[n + rank[i]!]! += this.weights[i]! * this.tau[m]! ** 2;
			}
		}
		return sums.map((sum) => sum || 1);
	}

	/** The right-hand side: how far each unknown is pulled by the residuals. */
	private pull(sums: Float64Array, drifting: Uint8Array | undefined): void {
		const { count, offset, rank } = this.samples;
		const { weights, tau, residual } = this;
		const n = this.offset.length;
		for (let m = 0; m < count; m++) {
			let sum = 0;
			let total = 0;
			for (let i = offset[m]!; i < offset[m + 1]!; i++) {
				sum += weights[i]! * residual[i]!;
				total += weights[i]!;
			}
			for (let i = offset[m]!; i < offset[m + 1]!; i++) {
				const part = weights[i]! * (residual[i]! - sum / total);
				sums[rank[i]!]! += part;
				if (drifting?.[rank[i]!]) sums[n + rank[i]!]! += part * tau[m]!;
			}
		}
	}

	/** The normal equations times a vector of unknowns. */
	private apply(x: Float64Array, image: Float64Array, drifting: Uint8Array | undefined): void {
		const { count, offset, rank } = this.samples;
		const { weights, tau } = this;
		const n = this.offset.length;
		image.fill(0);
		for (let m = 0; m < count; m++) {
			const begin = offset[m]!;
			const end = offset[m + 1]!;
			const t = tau[m]!;
			let sum = 0;
			let total = 0;
			for (let i = begin; i < end; i++) {
				const r = rank[i]!;
				sum += weights[i]! * (drifting ? x[r]! + t * x[n + r]! : x[r]!);
				total += weights[i]!;
			}
			const mean = sum / total;
			for (let i = begin; i < end; i++) {
				const r = rank[i]!;
				const part = weights[i]! * ((drifting ? x[r]! + t * x[n + r]! : x[r]!) - mean);
				image[r]! += part;
				if (drifting?.[r]) image[n + r]! += part * t;
			}
		}
	}
}
