/** `lumos predict TRACES --flags`: how long another configuration of the traced job takes. */
import { loadHardware } from "../config/load.js";
import { overrideHardware, overridesOf } from "../config/overrides.js";
import { costModel } from "../cost/cost-model.js";
import { predictFromTraces } from "../predict/from-traces.js";
import type { GivenFlags } from "./config-flags.js";
import { graphOf, withRanks } from "./load.js";
import type { ReadFlags } from "./options.js";
import { computing } from "./signals.js";
import { print } from "./terminal.js";

interface PredictFlags extends ReadFlags {
	readonly hardware: string;
	readonly seed: number;
}

export async function predict(paths: string[], flags: PredictFlags, given: GivenFlags): Promise<void> {
	const overrides = overridesOf(given);
	const hardware = overrideHardware(loadHardware(flags.hardware), overrides);
	const prediction = await withRanks(paths, flags, { graph: true, shape: true, labels: true }, async (loaded, pool) => {
		const { graph } = await graphOf(loaded, pool, flags);
		const blocks = loaded.reads.map(({ block }) => block!);
		const surveys = loaded.reads.map(({ survey }) => survey!);
		return computing(() =>
			predictFromTraces({
				run: { graph, blocks, surveys },
				overrides,
				told: { model: {}, parallel: {} },
				hardware,
				cost: costModel(hardware),
				seed: flags.seed,
			}),
		);
	});
	const { replayMs, identityMs, iterationMs } = prediction;
	await print(JSON.stringify({ replayMs, identityMs, iterationMs }));
}
