/**
 * What a collective waits for because its ranks come at different times: on average the last of n comes as much later
 * than their mean as the expected maximum of n draws, here from a normal distribution.
 */
import type { HardwareConfig } from "../../config/hardware.js";

/** The integrand is below 1e-9 beyond so many standard deviations, for groups of up to 10^5 ranks. */
const FARTHEST = 8;
const STEPS = 400;

/** Error function, to 1.5e-7: Abramowitz and Stegun, 7.1.26. */
function erf(x: number): number {
	const t = 1 / (1 + 0.3275911 * Math.abs(x));
	const polynomial = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
	return Math.sign(x) * (1 - polynomial * Math.exp(-x * x));
}

const known = new Map<number, number>();

/** Expected maximum of n draws from a standard normal distribution. */
export function expectedMaximum(n: number): number {
	let expected = known.get(n);
	if (expected === undefined) {
		expected = 0;
		const width = FARTHEST / STEPS;
		// Half steps: the mean of x is the integral of 1 - F from 0 up less that of F from 0 down.
		for (let x = width / 2; x < FARTHEST; x += width) {
			const below = (1 + erf(x / Math.SQRT2)) / 2;
			expected += width * (1 - below ** n - (1 - below) ** n);
		}
		known.set(n, expected);
	}
	return expected;
}

/** Mean wait of a rank at a collective of `size`, ns. */
export function arrivalNs({ efficiency }: HardwareConfig, size: number): number {
	return efficiency.arrivalNs === 0 || size < 2 ? 0 : efficiency.arrivalNs * expectedMaximum(size);
}
