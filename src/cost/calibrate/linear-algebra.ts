/** The little linear algebra of a fit: symmetric positive definite systems of a dozen unknowns, row by row in one array. */

/** Lower triangle L with L L^T = a (n x n); null where a is not positive definite. */
export function cholesky(a: Float64Array, n: number): Float64Array | null {
	const lower = new Float64Array(n * n);
	for (let row = 0; row < n; row++) {
		for (let column = 0; column <= row; column++) {
			let sum = a[row * n + column]!;
			for (let i = 0; i < column; i++) sum -= lower[row * n + i]! * lower[column * n + i]!;
			if (row === column) {
				if (!(sum > 0)) return null;
				lower[row * n + row] = Math.sqrt(sum);
			} else lower[row * n + column] = sum / lower[column * n + column]!;
		}
	}
	return lower;
}

/** Solves L L^T x = b. */
export function solveCholesky(lower: Float64Array, n: number, b: Float64Array): Float64Array {
	const x = Float64Array.from(b);
	for (let row = 0; row < n; row++) {
		for (let i = 0; i < row; i++) x[row]! -= lower[row * n + i]! * x[i]!;
		x[row]! /= lower[row * n + row]!;
	}
	for (let row = n - 1; row >= 0; row--) {
		for (let i = row + 1; i < n; i++) x[row]! -= lower[i * n + row]! * x[i]!;
		x[row]! /= lower[row * n + row]!;
	}
	return x;
}

/** Inverse of a symmetric positive definite matrix; null where it is none. */
export function invert(a: Float64Array, n: number): Float64Array | null {
	const lower = cholesky(a, n);
	if (!lower) return null;
	const inverse = new Float64Array(n * n);
	for (let column = 0; column < n; column++) {
		const unit = new Float64Array(n);
		unit[column] = 1;
		const solved = solveCholesky(lower, n, unit);
		for (let row = 0; row < n; row++) inverse[row * n + column] = solved[row]!;
	}
	return inverse;
}

/** x^T a y. */
export function quadratic(a: Float64Array, n: number, x: ArrayLike<number>, y: ArrayLike<number> = x): number {
	let sum = 0;
	for (let row = 0; row < n; row++) {
		let inner = 0;
		for (let column = 0; column < n; column++) inner += a[row * n + column]! * y[column]!;
		sum += x[row]! * inner;
	}
	return sum;
}
