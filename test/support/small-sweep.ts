/** A sweep of some tens of configurations that takes a fraction of a second. */

import { camelKeys } from "../../src/config/key-case.js";
import { loadHardware } from "../../src/config/load.js";
import { modelSchema } from "../../src/config/model.js";
import { parseParallel } from "../../src/config/parallel.js";
import { MEGATRON } from "../../src/predict/framework.js";
import type { AxisValue } from "../../src/sweep/axes.js";
import { asksBeyondNode, completeAxes } from "../../src/sweep/default-axes.js";
import type { SweepInputs } from "../../src/sweep/inputs.js";

export const SMALL_MODEL = {
	name: "small",
	num_layers: 4,
	hidden_size: 1024,
	num_attention_heads: 16,
	seq_length: 1024,
	vocab_size: 32_000,
};

/** @param grid values of axes; the others are searched as by default */
export function smallSweep(grid: Readonly<Record<string, readonly AxisValue[]>> = {}): SweepInputs {
	const model = camelKeys(modelSchema.parse(SMALL_MODEL));
	const parallel = parseParallel({});
	const hardware = loadHardware("h100-sxm");
	const named = new Map<string, readonly AxisValue[]>(Object.entries({ gpus: [4], global_batch_size: [8], ...grid }));
	return {
		model,
		parallel,
		hardware,
		measured: [],
		options: MEGATRON,
		axes: completeAxes(model, parallel, named),
		tensorBeyondNode: asksBeyondNode(named, hardware),
	};
}
