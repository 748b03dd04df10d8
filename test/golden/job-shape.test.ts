import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { describeJob, type JobShape } from "../../src/analysis/job-shape/index.js";
import { readTrace, type Trace } from "../../src/trace/index.js";

const root = join(import.meta.dirname, "../..");
const fixture = join(root, "fixtures/tp2pp2");
const emulated = join(root, "../shared/traces/emulated-tp2pp2dp2");

async function read(folder: string): Promise<Trace[]> {
	const files = readdirSync(folder).filter((name) => name.endsWith(".gz"));
	return Promise.all(files.map((name) => readTrace(join(folder, name))));
}

const values = (shape: JobShape) => Object.fromEntries(Object.entries(shape).map(([name, { value }]) => [name, value]));

/** The job as profilers show it that name neither groups nor layers nor passes. */
function anonymous(trace: Trace): Trace {
	const { events, strings, processGroups } = trace;
	const category = events.category.map((value, row) =>
		/^nn\.Module|^(forward|backward)_step/.test(strings.get(events.name[row]!)) ? 0 : value,
	);
	return {
		...trace,
		processGroups: processGroups.map((group) => ({ ...group, desc: "undefined" })),
		events: { ...events, category },
	};
}

test("the fixture is the job that its generator ran", async () => {
	const { config: job } = JSON.parse(readFileSync(join(fixture, "truth.json"), "utf8"));
	const expected = {
		worldSize: 4,
		backend: "nccl",
		tensorParallel: job.tensorParallel,
		pipelineParallel: job.pipelineParallel,
		dataParallel: job.dataParallel,
		contextParallel: 1,
		expertParallel: 1,
		virtualPipeline: 1,
		layers: job.layers,
		hiddenSize: job.hidden,
		heads: job.heads,
		sequenceLength: job.sequence,
		microBatchSize: 1,
		microBatches: job.microBatches,
		schedule: "1F1B",
	};
	const traces = await read(fixture);
	expect(values(describeJob(traces))).toEqual(expected);
	expect(values(describeJob(traces.slice(1, 2)))).toEqual(expected);
	expect(values(describeJob(traces.map(anonymous)))).toEqual(expected);
});

test.skipIf(!existsSync(emulated))(
	"an emulated cluster's job is the one that was emulated (skipped where its traces are not at hand)",
	async () => {
		const { config } = JSON.parse(readFileSync(join(emulated, "truth.json"), "utf8"));
		const expected = {
			worldSize: config.world,
			backend: "nccl",
			tensorParallel: config.t,
			pipelineParallel: config.p,
			dataParallel: config.d,
			contextParallel: 1,
			expertParallel: 1,
			virtualPipeline: 1,
			layers: config.L,
			hiddenSize: config.h,
			heads: config.a,
			sequenceLength: config.s,
			microBatchSize: config.b,
			microBatches: config.m,
			schedule: "1F1B",
		};
		const traces = await read(emulated);
		expect(values(describeJob(traces))).toEqual(expected);
		expect(values(describeJob(traces.map(anonymous)))).toEqual(expected);
	},
);
