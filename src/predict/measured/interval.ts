/**
 * 90 % intervals of predicted steps: how well the parameters are known, carried through the simulation, and how far the
 * model was from the steps that it was fitted to. All of it in logarithms.
 */
import type { HardwareConfig } from "../../config/hardware.js";
import type { FitResult } from "../../cost/calibrate/fit.js";
import { quadratic } from "../../cost/calibrate/linear-algebra.js";
import { PARAMETERS, type ParameterName, parameterValue, withParameters } from "../../cost/calibrate/parameters.js";

/** What is known of a hardware description. */
export interface Knowledge {
	readonly names: readonly ParameterName[];
	/** Covariance of the logarithms of these parameters. */
	readonly covariance: Float64Array;
	/** 90 % of the steps that are known already are within this of the prediction, as a logarithm. */
	readonly misfit: number;
}

export interface Interval {
	readonly lowMs: number;
	readonly highMs: number;
}

/** Half the width of a 90 % interval in standard deviations. */
const Z90 = 1.6449;
/** A preset's parameter is within a factor of 1.6 of the truth, likely. */
const PRESET_DEVIATION = 0.3;
const DIFFERENCE = 0.01;

/** What is known of a preset's parameters: all are equally uncertain, and no measured step says how far off they are. */
export function knowledgeOfPreset(): Knowledge {
	const n = PARAMETERS.length;
	const covariance = new Float64Array(n * n);
	for (let j = 0; j < n; j++) covariance[j * n + j] = PRESET_DEVIATION ** 2;
	return { names: PARAMETERS.map(({ name }) => name), covariance, misfit: 0 };
}

/** Of a fit to steps, whose logarithms of predicted over measured are `logErrors`. */
export function knowledgeOfFit({ fitted, covariance }: FitResult, logErrors: readonly number[]): Knowledge {
	const sizes = logErrors.map(Math.abs).sort((a, b) => a - b);
	// As many parameters as were fitted bent towards the steps: the errors left are too small by that share.
	const leverage = Math.sqrt(sizes.length / Math.max(1, sizes.length - fitted.length));
	const at = Math.min(sizes.length - 1, Math.ceil(0.9 * (sizes.length + 1)) - 1);
	return { names: fitted.map(({ name }) => name), covariance, misfit: leverage * (sizes[at] ?? 0) };
}

/** @param simulateMs milliseconds of the step on a given hardware */
export function intervalOf(
	simulateMs: (hardware: HardwareConfig) => number,
	hardware: HardwareConfig,
	{ names, covariance, misfit }: Knowledge,
	predictedMs: number,
): Interval {
	const gradient = Float64Array.from(names, (name) => {
		const moved = new Map([[name, parameterValue(hardware, name) * Math.exp(-DIFFERENCE)]]);
		return (Math.log(predictedMs) - Math.log(simulateMs(withParameters(hardware, moved)))) / DIFFERENCE;
	});
	const half = Math.hypot(Z90 * Math.sqrt(quadratic(covariance, names.length, gradient)), misfit);
	return { lowMs: predictedMs * Math.exp(-half), highMs: predictedMs * Math.exp(half) };
}
