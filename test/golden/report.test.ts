import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { UserError } from "../../src/lib/errors.js";
import { jsonSchemas } from "../../src/report/json-schemas.js";
import { replayResult } from "../../src/report/replay-result.js";
import { smallReplay } from "../support/small-replay.js";

const folder = new URL("../../docs/schema/", import.meta.url);

test("the published JSON Schemas are those of the code (npx tsx tools/schemas.ts writes them)", () => {
	const schemas = jsonSchemas();
	expect(readdirSync(folder).sort()).toEqual([...schemas.keys()].sort());
	for (const [name, text] of schemas) expect(readFileSync(new URL(name, folder), "utf8"), name).toBe(text);
});

test("a replay is what its schema says, number by number", () => {
	const result = smallReplay();
	expect(replayResult.parse(JSON.parse(JSON.stringify(result)))).toEqual(result);
	expect(result.steps).toEqual([
		{
			rank: 0,
			step: 3,
			measuredMs: 0.1,
			replayedMs: 0.1,
			errorPct: 0,
			kernelStart: { n: 2, p50Us: 0, p95Us: 0, maxUs: 0 },
			measured: { exposedComputeMs: 0.03, exposedCommMs: 0.03, overlappedMs: 0, otherMs: 0.04 },
			replayed: { exposedComputeMs: 0.03, exposedCommMs: 0.03, overlappedMs: 0, otherMs: 0.04 },
			launchBoundMs: 0.02,
			criticalPath: {
				inferredShare: 0.4,
				tasksMs: { cpuOp: 0.01, kernel: 0.03, comm: 0.03 },
				delaysMs: { intraThread: 0.01, launch: 0.01, intraStream: 0.01 },
				unexplainedMs: 0,
				ranks: [{ rank: 0, ms: 0.1 }],
				crossings: 0,
			},
		},
	]);
	expect(result.iteration).toEqual({ rank: 0, step: 3, measuredMs: 0.1, replayedMs: 0.1, errorPct: 0 });
	expect(result.graph.byKind).toEqual({
		intraThread: 7,
		interThread: 0,
		launch: 2,
		sync: 1,
		intraStream: 1,
		interStreamExact: 0,
		interStreamInferred: 0,
		collective: 0,
		entry: 1,
	});
	expect(result.exposed.kernels.map(({ name, exposedMs }) => [name, exposedMs])).toEqual([
		["gemm", 0.03],
		["ncclDevKernel_AllReduce", 0.03],
	]);
});

test("a step that no trace has is the user's error", () => {
	expect(() => smallReplay(9)).toThrow(UserError);
	expect(() => smallReplay(9)).toThrow("no trace has step 9; choose one of 3");
	expect(smallReplay(3).steps).toHaveLength(1);
});
