/** Goes over all configurations of a space without simulating any: which can run, which fit, and why the others do not. */

import { stageMemory } from "../plan/memory/stage-memory.js";
import type { PipelinePeaks } from "../plan/schedule/pipeline-peaks.js";
import type { SweepJob, SweepSpace } from "./space.js";

/** The reasons that configurations have in common, and how many have each. */
export type ReasonCounts = ReadonlyMap<string, number>;

export interface Survey {
	readonly invalid: ReasonCounts;
	readonly pruned: ReasonCounts;
	readonly outOfMemory: number;
	/** Numbers of the configurations that fit, ascending. */
	readonly feasible: readonly number[];
	/** Memory of each, of its fullest stage. */
	readonly peakBytes: readonly number[];
	/** Of those that do not fit, the one that is least over; undefined where all fit. */
	readonly nearest: NearMiss | undefined;
	/** Where nothing is valid: what is wrong with the last configuration of the most frequent reason. */
	readonly example: string | undefined;
	/** Models none of whose configurations fit, by the first configuration of each. */
	readonly homeless: readonly number[];
}

export interface NearMiss {
	readonly index: number;
	readonly peakBytes: number;
}

export function surveySpace(space: SweepSpace, pipelines: PipelinePeaks): Survey {
	const counts = { invalid: new Map<string, number>(), pruned: new Map<string, number>() };
	const examples = new Map<string, string>();
	const feasible: number[] = [];
	const peaks: number[] = [];
	const homeless: number[] = [];
	const limitBytes = space.inputs.hardware.gpu.memoryGb * 1e9;
	let outOfMemory = 0;
	let nearest: NearMiss | undefined;
	for (let first = 0; first < space.total; first += space.perModel) {
		const before = feasible.length;
		for (let index = first; index < first + space.perModel; index++) {
			const job = space.jobAt(index);
			const rejection = space.rejectionOf(job);
			if (rejection) {
				const { kind, reason } = rejection;
				counts[kind].set(reason, (counts[kind].get(reason) ?? 0) + 1);
				if (feasible.length === 0 && !examples.has(reason)) examples.set(reason, rejection.explain());
				continue;
			}
			const peakBytes = peakBytesOf(space, job, pipelines);
			if (peakBytes <= limitBytes) {
				feasible.push(index);
				peaks.push(peakBytes);
			} else {
				outOfMemory++;
				if (nearest === undefined || peakBytes < nearest.peakBytes) nearest = { index, peakBytes };
			}
		}
		if (feasible.length === before) homeless.push(first);
	}
	const valid = feasible.length + outOfMemory;
	return {
		...counts,
		outOfMemory,
		feasible,
		peakBytes: peaks,
		nearest,
		example: valid > 0 ? undefined : examples.get(mostFrequent(counts.invalid, counts.pruned)),
		homeless,
	};
}

/** Of the fullest stage. */
export function peakBytesOf({ inputs }: SweepSpace, { model, parallel }: SweepJob, pipelines: PipelinePeaks): number {
	const stages = stageMemory(model, parallel, inputs.options, pipelines);
	return stages.reduce((most, { peakBytes }) => Math.max(most, peakBytes), 0);
}

function mostFrequent(...all: readonly ReasonCounts[]): string {
	const [most] = all.flatMap((counts) => [...counts]).sort((a, b) => b[1] - a[1]);
	return most?.[0] ?? "";
}
