/** `lumos predict`: how long another configuration of a traced job takes, or one of which there are only descriptions. */
import type { HardwareConfig, MeasuredCollective } from "../config/hardware.js";
import { loadModel, loadParallel, presetNames } from "../config/load.js";
import { type Overrides, overrideParallel, overridesOf } from "../config/overrides.js";
import { parseParallel } from "../config/parallel.js";
import { costModel } from "../cost/cost-model.js";
import { simulate } from "../engine/index.js";
import type { ExecutionGraph } from "../graph/graph.js";
import { UserError } from "../lib/errors.js";
import { instantiate } from "../plan/instantiate/index.js";
import { MEGATRON } from "../predict/framework.js";
import { predictFromDescriptions } from "../predict/from-descriptions.js";
import { predictFromTraces } from "../predict/from-traces.js";
import type { Prediction } from "../predict/prediction.js";
import type { TracedRun } from "../predict/traced-base.js";
import { describeTraced, type Identity } from "../predict/traced-prediction.js";
import { assemblePredict } from "../report/assemble-predict.js";
import { formatPredict } from "../report/format-predict.js";
import { writePerfetto } from "../report/perfetto/write.js";
import { listTraces } from "../trace/index.js";
import type { GivenFlags } from "./config-flags.js";
import { readNcclTests } from "./nccl-tests.js";
import { checkOutput, writeOutput } from "./output-file.js";
import { clusterOf, namedCluster } from "./predict-cluster.js";
import type { PredictFlags } from "./predict-flags.js";
import { computing } from "./signals.js";
import { siteOf } from "./site-flags.js";
import { peakRssMb, print, stdoutLook } from "./terminal.js";
import { toldBy, withTracedRun } from "./traced-run.js";

interface Asked {
	readonly flags: PredictFlags;
	readonly overrides: Overrides;
	readonly hardware: HardwareConfig | undefined;
	readonly measured: readonly MeasuredCollective[];
}

interface Found {
	readonly prediction: Prediction & { readonly identity?: Identity };
	/** The predicted step, for a timeline. */
	readonly graph: () => ExecutionGraph;
	readonly ingestMs: number;
	readonly graphMs: number;
	readonly predictMs: number;
	readonly workers: number;
}

export async function predict(paths: string[], flags: PredictFlags, given: GivenFlags): Promise<void> {
	const started = performance.now();
	checkForm(paths, flags);
	const overrides = overridesOf(given);
	const hardware = namedCluster(flags, overrides);
	const asked = { flags, overrides, hardware, measured: readNcclTests(flags.ncclTests ?? []) };
	const inputs = paths.length > 0 ? await listTraces(paths) : [];
	const output = flags.perfetto === undefined ? undefined : checkOutput(flags.perfetto, inputs);
	const found = paths.length > 0 ? await fromTraces(paths, asked) : await computing(() => fromDescriptions(asked));
	if (output !== undefined) {
		const graph = found.graph();
		const times = await computing(() => simulate(graph));
		await writeOutput(output, (path) => writePerfetto(path, graph, times));
	}
	const { ingestMs, graphMs, predictMs, workers } = found;
	const timing = {
		ingestMs,
		graphMs,
		predictMs,
		workers,
		totalMs: performance.now() - started,
		peakRssMb: peakRssMb(),
	};
	const result = assemblePredict(found.prediction, timing);
	await print(flags.json ? JSON.stringify(result) : formatPredict(result, flags.perfetto, stdoutLook()));
}

/** Which of both forms is meant, before anything is read. */
function checkForm(paths: readonly string[], { model, hardware, network, parallel }: PredictFlags): void {
	if (paths.length > 0) {
		const stray = model !== undefined ? "--model" : parallel !== undefined ? "--parallel" : undefined;
		if (stray === undefined) return;
		throw new UserError(`${stray} describes a job, and traces are given: leave one out, and change the job by flags`);
	}
	if (model === undefined)
		throw new UserError(
			`nothing to predict from; give traces, or --model (${presetNames("models").join(", ")}, or a YAML file) and --hardware`,
		);
	if (hardware === undefined)
		throw new UserError(
			`--hardware is missing${network === undefined ? "" : " (--network changes a cluster's)"}; give one of ${presetNames("hardware").join(", ")}, or a YAML file`,
		);
}

function fromDescriptions({ flags, overrides, hardware, measured }: Asked): Found {
	const started = performance.now();
	const described = {
		model: loadModel(flags.model!),
		parallel: flags.parallel ? loadParallel(flags.parallel) : parseParallel({}),
	};
	const model = loadModel(flags.model!, overrides.model);
	const parallel = overrideParallel(described.parallel, model, overrides);
	const options = { ...MEGATRON, attention: flags.attentionBackend };
	const site = siteOf(flags);
	const job = { base: described, model, parallel, hardware: hardware!, measured, options, site };
	const prediction = predictFromDescriptions(job);
	const predictMs = performance.now() - started;
	return { prediction, graph: () => instantiate(prediction.plan), ingestMs: 0, graphMs: 0, predictMs, workers: 1 };
}

async function fromTraces(paths: readonly string[], asked: Asked): Promise<Found> {
	const { found, ...timing } = await withTracedRun(paths, asked.flags, (run) => predicted(run, asked));
	return { ...found, ...timing };
}

function predicted(run: TracedRun, { flags, overrides, hardware: named, measured }: Asked) {
	const hardware = named ?? clusterOf(run.graph.ranks[0]?.deviceName ?? "", flags, overrides);
	return computing(() => {
		const started = performance.now();
		const cost = costModel(hardware, { collectives: measured });
		const traced = predictFromTraces({ run, overrides, told: toldBy(overrides), hardware, cost, seed: flags.seed });
		const hasTests = measured.length + hardware.measuredCollectives.length > 0;
		const prediction = describeTraced(traced, hardware, hasTests, siteOf(flags));
		return { prediction, graph: traced.graph, predictMs: performance.now() - started };
	});
}
