/** The run that predictions start from: read from traces, or opened where it is packed. */
import { snakeKeys } from "../config/key-case.js";
import type { Overrides } from "../config/overrides.js";
import { UserError } from "../lib/errors.js";
import type { Told } from "../predict/base-job.js";
import { factsOfRanks, type TracedRun } from "../predict/traced-base.js";
import { graphOf, withRanks } from "./load.js";
import type { ReadFlags } from "./options.js";
import { openPacked } from "./packed.js";

export interface ReadTiming {
	readonly ingestMs: number;
	readonly graphMs: number;
	readonly workers: number;
}

/** `then` gets the run while what read it is still there. */
export async function withTracedRun<T>(
	paths: readonly string[],
	flags: ReadFlags,
	then: (run: TracedRun) => T | Promise<T>,
): Promise<{ readonly found: T } & ReadTiming> {
	const started = performance.now();
	const packed = await openPacked(paths, flags);
	if (packed) {
		const facts = packed.facts();
		if (facts === undefined)
			throw new UserError(`${paths[0]} was packed without what predictions need; pack its traces again`);
		const ingestMs = performance.now() - started;
		return { found: await then({ graph: packed.graph, facts }), ingestMs, graphMs: 0, workers: 1 };
	}
	return withRanks(paths, flags, { graph: true, shape: true, labels: true }, async (loaded, pool) => {
		const { graph, ingestMs, graphMs, workers } = await graphOf(loaded, pool, flags);
		const blocks = loaded.reads.map(({ block }) => block!);
		const surveys = loaded.reads.map(({ survey }) => survey!);
		return { found: await then({ graph, facts: factsOfRanks(blocks, surveys) }), ingestMs, graphMs, workers };
	});
}

/** What traces do not tell is what the flags say: for the base run as for the target. */
export function toldBy({ model, parallel, job }: Overrides): Told {
	return {
		model: snakeKeys(model) as Record<string, unknown>,
		parallel: {
			...(snakeKeys(parallel) as Record<string, unknown>),
			...(job.numMicroBatches === undefined ? {} : { num_micro_batches: job.numMicroBatches }),
		},
	};
}
