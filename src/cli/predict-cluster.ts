/** The cluster of a prediction. */
import type { HardwareConfig } from "../config/hardware.js";
import { loadHardware, presetNames } from "../config/load.js";
import { type Overrides, overrideHardware } from "../config/overrides.js";
import { UserError } from "../lib/errors.js";
import type { PredictFlags } from "./predict-flags.js";

/** The named cluster with what flags change of it; undefined where none is named. */
export function namedCluster(
	flags: Pick<PredictFlags, "hardware" | "network">,
	overrides: Overrides,
): HardwareConfig | undefined {
	if (flags.hardware === undefined) return undefined;
	return overrideHardware(loadHardware(flags.hardware, flags.network), overrides);
}

/** The preset whose GPU traces name. */
export function clusterOf(
	deviceName: string,
	flags: Pick<PredictFlags, "network">,
	overrides: Overrides,
): HardwareConfig {
	const names = presetNames("hardware");
	const name = names.find((preset) => loadHardware(preset).gpu.name === deviceName);
	if (name === undefined)
		throw new UserError(
			`no hardware preset is of the traces' GPU${deviceName === "" ? "" : ` ${deviceName}`}; give --hardware, one of ${names.join(", ")}, or a YAML file`,
		);
	return overrideHardware(loadHardware(name, flags.network), overrides);
}
