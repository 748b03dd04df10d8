/** The JSON Schemas that are published under docs/schema/, by file name. */
import { z } from "zod";
import { inspectResult } from "./inspect-result.js";
import { packResult } from "./pack-result.js";
import { replayResult } from "./replay-result.js";
import { synthResult } from "./synth-result.js";

const DOCUMENTS = { replay: replayResult, inspect: inspectResult, pack: packResult, synth: synthResult } as const;

/** Text of each schema file. Objects stay open: a later version of Lumos may add fields. */
export function jsonSchemas(): Map<string, string> {
	return new Map(
		Object.entries(DOCUMENTS).map(([command, document]) => {
			const schema = z.toJSONSchema(document, { io: "input" });
			const titled = { title: `lumos.${command}/1`, ...schema };
			return [`lumos.${command}.1.schema.json`, `${JSON.stringify(titled, null, 2)}\n`];
		}),
	);
}
