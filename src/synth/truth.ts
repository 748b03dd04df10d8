/**
 * What truly happened in a rank: step times, where its time went, what each collective cost. Measured on the executed
 * program, before anything is written, so that it holds for every reader of the written traces. Whole nanoseconds.
 */
import type { RecordedRank } from "./kineto/recorded-rank.js";

export interface RankTruth {
	readonly rank: number;
	readonly clock: { readonly offsetNs: number; readonly driftPpm: number };
	readonly steps: readonly StepTruth[];
}

export interface StepTruth {
	readonly step: number;
	readonly startNs: number;
	readonly endNs: number;
	readonly durationNs: number;
	/** The four add up to the duration. Whatever is not communication is compute, copies and memsets too. */
	readonly exposedComputeNs: number;
	readonly exposedCommNs: number;
	readonly overlappedNs: number;
	readonly otherNs: number;
	readonly collectives: readonly CollectiveTruth[];
}

/** Of all collectives of a kind in a step: the time on the wire, and how long this rank waited for the last member. */
export interface CollectiveTruth {
	readonly group: string;
	readonly description: string;
	readonly name: string;
	readonly count: number;
	readonly wireNs: number;
	readonly waitNs: number;
}

interface Window {
	readonly startNs: number;
	readonly endNs: number;
}

export function truthOf(rank: RecordedRank): RankTruth {
	const { program, times, outline } = rank;
	const order = Uint32Array.from({ length: program.workCount }, (_, work) => work);
	order.sort((a, b) => times.workStartNs[a]! - times.workStartNs[b]!);
	const communicates = program.workKinds.map(({ collective }) => collective !== undefined);
	const isComm = (work: number): boolean => communicates[program.workKind[work]!]!;
	const compute = order.filter((work) => !isComm(work));
	const communication = order.filter(isComm);

	const steps: StepTruth[] = [];
	for (let range = 0; range < outline.rangeCount; range++) {
		const begin = outline.rangeBegin[range]!;
		const step = /^ProfilerStep#(\d+)$/.exec(program.rangeKinds[program.a[begin]!]!.name)?.[1];
		if (step === undefined) continue;
		const window = { startNs: times.atNs[begin]!, endNs: outline.rangeEndNs[range]! };
		const durationNs = window.endNs - window.startNs;
		const computeNs = busyNs(rank, compute, window);
		const communicationNs = busyNs(rank, communication, window);
		const anyNs = busyNs(rank, order, window);
		steps.push({
			step: Number(step),
			...window,
			durationNs,
			exposedComputeNs: anyNs - communicationNs,
			exposedCommNs: anyNs - computeNs,
			overlappedNs: computeNs + communicationNs - anyNs,
			otherNs: durationNs - anyNs,
			collectives: collectives(rank, communication, window),
		});
	}
	return { rank: rank.rank, clock: rank.clock, steps };
}

/** Time in the window in which at least one of the works ran. They come by start. */
function busyNs({ times }: RecordedRank, works: Uint32Array, { startNs, endNs }: Window): number {
	let busy = 0;
	let upTo = startNs;
	for (const work of works) {
		const from = Math.max(times.workStartNs[work]!, upTo);
		const to = Math.min(times.workEndNs[work]!, endNs);
		if (to <= from) continue;
		busy += to - from;
		upTo = to;
	}
	return busy;
}

function collectives({ program, times }: RecordedRank, works: Uint32Array, window: Window): CollectiveTruth[] {
	const rows = new Map<string, { -readonly [Key in keyof CollectiveTruth]: CollectiveTruth[Key] }>();
	for (const work of works) {
		const startNs = times.workStartNs[work]!;
		if (startNs < window.startNs || startNs >= window.endNs) continue;
		const { name, group } = program.workKinds[program.workKind[work]!]!.collective!;
		const key = `${group.id} ${name}`;
		let row = rows.get(key);
		if (row === undefined) {
			const of = { group: String(group.id), description: group.description, name };
			row = { ...of, count: 0, wireNs: 0, waitNs: 0 };
			rows.set(key, row);
		}
		const wireNs = program.workNs[work]!;
		row.count++;
		row.wireNs += wireNs;
		row.waitNs += times.workEndNs[work]! - startNs - wireNs;
	}
	return [...rows.values()];
}

export interface JobStep {
	readonly step: number;
	/** Of the slowest rank. */
	readonly iterationNs: number;
	readonly slowestRank: number;
}

/** Each step of the whole job. */
export function jobSteps(ranks: readonly RankTruth[]): JobStep[] {
	return (ranks[0]?.steps ?? []).map(({ step }, i) => {
		const slowest = ranks.reduce((worst, rank) =>
			rank.steps[i]!.durationNs > worst.steps[i]!.durationNs ? rank : worst,
		);
		return { step, iterationNs: slowest.steps[i]!.durationNs, slowestRank: slowest.rank };
	});
}
