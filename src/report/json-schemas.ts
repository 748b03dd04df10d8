/** The JSON Schemas that are published under docs/schema/, by file name. */
import { z } from "zod";
import { hardwareSchema } from "../config/hardware.js";
import { modelSchema } from "../config/model.js";
import { parallelSchema } from "../config/parallel.js";
import { gridSchema } from "../sweep/grid/schema.js";
import { calibrateResult } from "./calibrate-result.js";
import { inspectResult } from "./inspect-result.js";
import { packResult } from "./pack-result.js";
import { predictResult } from "./predict-result.js";
import { replayResult } from "./replay-result.js";
import { sweepResult } from "./sweep-result.js";
import { synthResult } from "./synth-result.js";
import { validateResult } from "./validate-result.js";

const DOCUMENTS = {
	replay: replayResult,
	inspect: inspectResult,
	pack: packResult,
	synth: synthResult,
	validate: validateResult,
	calibrate: calibrateResult,
	predict: predictResult,
	sweep: sweepResult,
	// Descriptions that people write: unknown keys are refused, so these are closed.
	model: modelSchema,
	parallel: parallelSchema,
	hardware: hardwareSchema,
	grid: gridSchema,
} as const;

/** Text of each schema file. Objects of results stay open: a later version of Lumos may add fields. */
export function jsonSchemas(): Map<string, string> {
	return new Map(
		Object.entries(DOCUMENTS).map(([command, document]) => {
			const schema = z.toJSONSchema(document, { io: "input" });
			const titled = { title: `lumos.${command}/1`, ...schema };
			return [`lumos.${command}.1.schema.json`, `${JSON.stringify(titled, null, 2)}\n`];
		}),
	);
}
