/** What a sweep is to search: from a traced run, flags and a grid. */
import { costModel } from "../cost/cost-model.js";
import { UserError } from "../lib/errors.js";
import { MEGATRON } from "../predict/framework.js";
import { describedModel, jobOf, type TracedRun, tracedBase } from "../predict/traced-base.js";
import type { SweepInputs } from "../sweep/inputs.js";
import { type SharedRun, shareRun } from "../sweep/traced/shared-run.js";
import { tracedSource } from "../sweep/traced/source.js";
import type { GivenFlags } from "./config-flags.js";
import { clusterOf, namedCluster } from "./predict-cluster.js";
import { computing } from "./signals.js";
import type { SweepFlags } from "./sweep-flags.js";
import { type AskedSweep, askedSweep, inputsOf, sweepInputs } from "./sweep-inputs.js";
import { toldBy, withTracedRun } from "./traced-run.js";

export interface SweepSearch {
	readonly inputs: SweepInputs;
	/** That inputs with a traced source are of. */
	readonly run?: SharedRun;
}

/**
 * From traces where some are named, else from descriptions.
 * @throws UserError
 */
export async function sweepSearch(
	paths: readonly string[],
	flags: SweepFlags,
	given: GivenFlags,
): Promise<SweepSearch> {
	if (paths.length === 0) return { inputs: sweepInputs(flags, given) };
	const stray = flags.model !== undefined ? "--model" : flags.parallel !== undefined ? "--parallel" : undefined;
	if (stray !== undefined)
		throw new UserError(`${stray} describes a job, and traces are given: leave one out, and change the job by flags`);
	if (flags.prune)
		throw new UserError("--prune bounds what descriptions say, not what traces show; leave it out, or narrow the grid");
	const asked = askedSweep(flags, given, true);
	// A mistake in it should not show after minutes of reading.
	const named = namedCluster(flags, asked.overrides);
	const { found } = await withTracedRun(paths, flags, (run) => {
		const hardware = named ?? clusterOf(run.graph.ranks[0]?.deviceName ?? "", flags, asked.overrides);
		return computing(() => tracedSearch(run, hardware, asked, flags.seed));
	});
	return found;
}

function tracedSearch(
	run: TracedRun,
	hardware: SweepInputs["hardware"],
	asked: AskedSweep,
	seed: number,
): Required<SweepSearch> {
	const base = tracedBase(run, jobOf(run, toldBy(asked.overrides)));
	const start = { model: describedModel(base.model), parallel: base.parallel, hardware, options: MEGATRON };
	const inputs = inputsOf(asked, start);
	const cost = costModel(hardware, { collectives: inputs.measured });
	const shared = shareRun(run);
	return { inputs: { ...inputs, traced: tracedSource(base, shared, { hardware, cost, seed }) }, run: shared };
}
