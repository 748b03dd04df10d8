/** The clock of a rank, which may be off and may run fast or slow. */
import type { Job } from "../job.js";
import { Random } from "../random.js";

/** Clocks when the emulation began, ns. */
const START_NS = 4_205_678_901_234_000;

export interface Clock {
	readonly offsetNs: number;
	/** Millionths by which it runs fast. */
	readonly driftPpm: number;
}

export function clockOf(job: Job, rank: number): Clock {
	const random = new Random(job.seed, "clock", rank);
	return {
		offsetNs: Math.round((2 * random.next() - 1) * job.clockSkewUs * 1000),
		driftPpm: (2 * random.next() - 1) * job.clockDriftPpm,
	};
}

/** What the clock shows, in whole ns, when `ns` have passed since the emulation began. */
export function shownNs({ offsetNs, driftPpm }: Clock, ns: number): number {
	return START_NS + offsetNs + ns + Math.round((ns * driftPpm) / 1e6);
}
