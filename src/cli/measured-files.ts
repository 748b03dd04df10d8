/** From the names of measured files, and what was given for all of their rows, to rows. */
import type { HardwareConfig } from "../config/hardware.js";
import { loadHardware } from "../config/load.js";
import { overrideHardware, overridesOf } from "../config/overrides.js";
import { type ForAllRows, type MeasuredRow, readMeasured } from "../predict/measured/rows.js";
import type { GivenFlags } from "./config-flags.js";
import type { MeasuredFlags } from "./measured-flags.js";

export interface MeasuredWarning {
	readonly code: "unknown-column";
	readonly message: string;
	readonly count: number;
}

/** The hardware that was named, and what holds for all rows. */
export function measuredSetting(
	{ hardware, network }: MeasuredFlags,
	given: GivenFlags,
): { readonly hardware: HardwareConfig; readonly forAll: ForAllRows } {
	const overrides = overridesOf(given);
	return { hardware: overrideHardware(loadHardware(hardware, network), overrides), forAll: overrides };
}

/** Rows of all files, and a warning for each column that means nothing. */
export function readAllMeasured(
	paths: readonly string[],
	forAll: ForAllRows,
): { readonly rows: MeasuredRow[]; readonly warnings: MeasuredWarning[] } {
	const files = paths.map((path) => ({ path, ...readMeasured(path, forAll) }));
	return {
		rows: files.flatMap(({ rows }) => rows),
		warnings: files.flatMap(({ path, unknownColumns }) =>
			unknownColumns.map((column) => ({
				code: "unknown-column" as const,
				message: `${path}: column ${column || "without a name"} is not read`,
				count: 1,
			})),
		),
	};
}
