/** What a prediction from traces says beside its time: its parts, memory, what is measured and what is scaled. */
import type { HardwareConfig } from "../config/hardware.js";
import { worldSize } from "../config/parallel.js";
import type { Site } from "../cost/energy.js";
import { simulate } from "../engine/index.js";
import { type ExecutionGraph, TaskKind } from "../graph/graph.js";
import { MEGATRON } from "./framework.js";
import type { TracedPrediction } from "./from-traces.js";
import { type Prediction, predictionOf } from "./prediction.js";
import { DEFAULT_SITE } from "./site.js";
import { timesOfGraph } from "./stage-times.js";
import { type Provenance, tracedInterval } from "./uncertainty.js";
import type { PredictWarning } from "./warnings.js";

/** The identity plan against the replay that it was cut from. */
export interface Identity {
	readonly replayMs: number;
	readonly identityMs: number;
	/** Signed. */
	readonly errorPct: number;
}

/** Beyond this the plan has lost something of the run. */
const IDENTITY_PCT = 0.5;

/** A kernel counts as measured where nearly all of its time is found in the base run as it is. */
const UNCHANGED_SHARE = 0.9;

export function describeTraced(
	{ base, target, replayMs, identityMs, graph }: TracedPrediction,
	traced: ExecutionGraph,
	hardware: HardwareConfig,
	site: Site = DEFAULT_SITE,
): Prediction & { readonly identity: Identity } {
	const errorPct = (100 * (identityMs - replayMs)) / replayMs;
	const { model, parallel } = target;
	const provenance = provenanceOf(graph, traced);
	const perStage = timesOfGraph(graph, simulate(graph), worldSize(parallel) / parallel.pipelineModelParallelSize);
	const warnings: PredictWarning[] = [];
	if (Math.abs(errorPct) > IDENTITY_PCT) {
		const message = `the plan of the traced run itself is ${errorPct.toFixed(2)} % off its replay; expect at least as much of the prediction`;
		warnings.push({ code: "identity-off", message, count: 1 });
	}
	const prediction = predictionOf({
		base: { model: base.model, parallel: base.parallel },
		target: { model, parallel },
		hardware,
		perStage,
		site,
		options: MEGATRON,
		provenance,
		intervalOf: (iterationMs) => tracedInterval(iterationMs, provenance),
		warnings,
	});
	return { ...prediction, identity: { replayMs, identityMs, errorPct } };
}

/** Device work by name: measured where its durations are those of the base run, else scaled. */
function provenanceOf(graph: ExecutionGraph, traced: ExecutionGraph): Provenance[] {
	const known = new Map<string, Set<number>>();
	eachDeviceTask(traced, (name, ns) => {
		const durations = known.get(name) ?? new Set();
		known.set(name, durations.add(ns));
	});
	const sums = new Map<string, { isCommunication: boolean; ns: number; unchangedNs: number }>();
	eachDeviceTask(graph, (name, ns, isCommunication) => {
		const sum = sums.get(name) ?? { isCommunication, ns: 0, unchangedNs: 0 };
		sum.ns += ns;
		if (known.get(name)?.has(ns)) sum.unchangedNs += ns;
		sums.set(name, sum);
	});
	let allNs = 0;
	const parts = new Map<string, { what: string; source: "measured" | "scaled"; ns: number }>();
	for (const { isCommunication, ns, unchangedNs } of sums.values()) {
		const what = isCommunication ? "communication" : "kernels";
		const source = unchangedNs >= UNCHANGED_SHARE * ns ? "measured" : "scaled";
		const part = parts.get(`${what} ${source}`) ?? { what, source, ns: 0 };
		part.ns += ns;
		allNs += ns;
		parts.set(`${what} ${source}`, part);
	}
	return [...parts.values()]
		.filter(({ ns }) => ns > 0)
		.map(({ what, source, ns }) => ({ what, source, shareOfTime: ns / allNs }));
}

function eachDeviceTask(
	{ kind, name, durationNs, strings, taskCount }: ExecutionGraph,
	visit: (name: string, ns: number, isCommunication: boolean) => void,
): void {
	for (let task = 0; task < taskCount; task++) {
		const what = kind[task]!;
		if (what < TaskKind.kernel || what === TaskKind.arrive || what === TaskKind.rendezvous) continue;
		visit(strings[name[task]!]!, durationNs[task]!, what === TaskKind.comm || what === TaskKind.transfer);
	}
}
