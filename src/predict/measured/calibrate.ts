/** Fits hardware to measured steps, and to whatever else was measured. */
import type { HardwareConfig } from "../../config/hardware.js";
import { type FitResult, fitHardware } from "../../cost/calibrate/fit.js";
import { type Observation, observed } from "../../cost/calibrate/observations.js";
import type { FrameworkOptions } from "../../plan/blocks/rank-context.js";
import { configurationKey, type MeasuredRow } from "./rows.js";
import { rowMeasurable } from "./simulate-row.js";

export function rowObservations(rows: readonly MeasuredRow[], options: FrameworkOptions): Observation[] {
	return rows.map((row) => observed(rowMeasurable(row, options), row.measuredMs * 1e6));
}

/** Rows whose configuration is not among others: what predictions are judged on must not be fitted to. */
export function rowsNotIn(rows: readonly MeasuredRow[], others: readonly MeasuredRow[]): MeasuredRow[] {
	const known = new Set(others.map(configurationKey));
	return rows.filter((row) => !known.has(configurationKey(row)));
}

export interface RowFit {
	readonly fit: FitResult;
	/** Logarithms of predicted over measured of the steps that were fitted to. */
	readonly logErrors: readonly number[];
}

export function fitToRows(
	hardware: HardwareConfig,
	rows: readonly MeasuredRow[],
	options: FrameworkOptions,
	others: readonly Observation[] = [],
): RowFit {
	const steps = rowObservations(rows, options);
	const fit = fitHardware(hardware, [...others, ...steps]);
	return { fit, logErrors: steps.map((step) => Math.log(step.predictNs(fit.hardware) / step.measuredNs)) };
}
