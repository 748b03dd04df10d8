/** Everything that the results of a sweep follow from; plain data, for workers and journals. */
import type { HardwareConfig, MeasuredCollective } from "../config/hardware.js";
import type { ModelDescription } from "../config/model.js";
import type { ParallelConfig } from "../config/parallel.js";
import type { FrameworkOptions } from "../plan/blocks/rank-context.js";
import type { Axis } from "./axes.js";
import type { TracedSource } from "./traced/source.js";

export interface SweepInputs {
	/** What no axis varies. */
	readonly model: ModelDescription;
	readonly parallel: ParallelConfig;
	readonly hardware: HardwareConfig;
	/** Measured collectives beside those of the hardware description. */
	readonly measured: readonly MeasuredCollective[];
	readonly options: FrameworkOptions;
	/** In the order of AXIS_FIELDS; `gpus` is always among them. */
	readonly axes: readonly Axis[];
	/** Tensor groups that span nodes are searched, too: where somebody asked for them. */
	readonly tensorBeyondNode: boolean;
	/** Absent: configurations are simulated from descriptions alone. */
	readonly traced?: TracedSource;
}
