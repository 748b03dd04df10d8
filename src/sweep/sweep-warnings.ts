/** What a reader of a sweep should know before relying on it. */
import { identityOf, identityWarnings } from "../predict/traced-prediction.js";
import { type PredictWarning, rangeWarnings } from "../predict/warnings.js";
import type { Findings } from "./findings.js";

export function sweepWarnings({ space, survey, best, failed, missing }: Findings, partOf?: string): PredictWarning[] {
	const warnings: PredictWarning[] = [];
	const warn = (code: string, message: string, count: number): void => {
		warnings.push({ code, message, count });
	};
	const { hardware, measured, traced } = space.inputs;
	if (traced) warnings.push(...identityWarnings(identityOf(traced)));
	const models = survey.homeless.length;
	if (models > 0) {
		const { model, gpus } = space.jobAt(survey.homeless[0]!);
		const sizes = `${model.numLayers} layers of ${model.hiddenSize} with an FFN of ${model.ffnHiddenSize} and ${model.numAttentionHeads} heads`;
		const others = models > 1 ? ` (and ${models - 1} other models)` : "";
		warn(
			"fits-nowhere",
			`${model.name} with ${sizes} has no configuration that is valid and fits ${gpus} GPUs${others}`,
			models,
		);
	}
	if (failed.length > 0)
		warn(
			"configuration-failed",
			`configuration ${failed[0]!.index} could not be simulated: ${failed[0]!.failed}`,
			failed.length,
		);
	if (missing > 0)
		warn(
			"incomplete",
			partOf === undefined
				? `${missing} configurations were not simulated any more; --resume goes on`
				: `${partOf}: ${missing} configurations are left to the other shards, or to --resume`,
			missing,
		);
	const first = best[0]?.measured;
	if (first && !traced) {
		const all = [...measured, ...hardware.measuredCollectives];
		warnings.push(...rangeWarnings(first.model, first.parallel, hardware, all));
	}
	return warnings;
}
