/** What a prediction from traces says beside its time: its parts, memory, what is measured and what is scaled. */
import type { HardwareConfig } from "../config/hardware.js";
import type { Site } from "../cost/energy.js";
import { MEGATRON } from "./framework.js";
import type { IdentityTimes, TracedPrediction } from "./from-traces.js";
import { type Prediction, predictionOf } from "./prediction.js";
import { DEFAULT_SITE } from "./site.js";
import { tracedInterval } from "./uncertainty.js";
import type { PredictWarning } from "./warnings.js";

/** The identity plan against the replay that it was cut from. */
export interface Identity extends IdentityTimes {
	/** Signed. */
	readonly errorPct: number;
}

/** Beyond this the plan has lost something of the run. */
const IDENTITY_PCT = 0.5;

export function describeTraced(
	{ base, target, replayMs, identityMs, perStage, provenance, replicas }: TracedPrediction,
	hardware: HardwareConfig,
	/** There are nccl-tests of the cluster. */
	hasTests: boolean,
	site: Site = DEFAULT_SITE,
): Prediction & { readonly identity: Identity } {
	const identity = identityOf({ replayMs, identityMs });
	const { model, parallel } = target;
	const warnings = identityWarnings(identity);
	const { dataParallelSize } = parallel;
	if (replicas < dataParallelSize) {
		const message = `${replicas} of ${dataParallelSize} replicas are simulated, which differ by noise alone; waiting for the slowest of all may be a little longer`;
		warnings.push({ code: "replicas-sampled", message, count: dataParallelSize - replicas });
	}
	const prediction = predictionOf({
		base: { model: base.model, parallel: base.parallel },
		target: { model, parallel },
		hardware,
		perStage,
		site,
		options: MEGATRON,
		provenance,
		intervalOf: (iterationMs) => tracedInterval(iterationMs, provenance, hasTests),
		warnings,
	});
	return { ...prediction, identity };
}

export function identityOf({ replayMs, identityMs }: IdentityTimes): Identity {
	return { replayMs, identityMs, errorPct: (100 * (identityMs - replayMs)) / replayMs };
}

export function identityWarnings({ errorPct }: Identity): PredictWarning[] {
	if (Math.abs(errorPct) <= IDENTITY_PCT) return [];
	const message = `the plan of the traced run itself is ${errorPct.toFixed(2)} % off its replay; expect at least as much of the prediction`;
	return [{ code: "identity-off", message, count: 1 }];
}
