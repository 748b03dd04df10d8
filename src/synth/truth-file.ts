/** `truth.json`: the job, and what truly happened in it, step by step and rank by rank. */
import type { Job, Recording } from "./job.js";
import { jobSteps, type RankTruth } from "./truth.js";

export function truthText(job: Job, recording: Recording, ranks: readonly RankTruth[]): string {
	const steps = jobSteps(ranks).map((step, i) => ({
		...step,
		ranks: ranks.map(({ rank, steps }) => {
			const { step: _, ...row } = steps[i]!;
			return { rank, ...row };
		}),
	}));
	const clocks = ranks.map(({ rank, clock: { offsetNs, driftPpm } }) => ({ rank, offsetNs, driftPpm }));
	return `${JSON.stringify({ config: job, recording, clocks, steps }, undefined, "\t")}\n`;
}
