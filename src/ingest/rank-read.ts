/** What is kept of one trace once it was read: plain data, so that a worker can hand it over. */
import { type Survey, survey } from "../analysis/job-shape/index.js";
import { findCalls } from "../graph/calls.js";
import { noComms, type RankComms, rankComms } from "../graph/comms/rank-comms.js";
import { KernelKinds } from "../graph/kernel-kinds.js";
import type { RankBlock } from "../graph/rank/block.js";
import { draftRank } from "../graph/rank/draft-rank.js";
import { describeRank, type InspectedRank } from "../report/assemble-inspect.js";
import type { InspectRank } from "../report/inspect-result.js";
import type { Found, KernelClassTable, ReadOptions, Trace, TraceWarning } from "../trace/index.js";
import { readTrace } from "../trace/index.js";

export interface RankRead {
	readonly path: string;
	readonly rank: number;
	readonly rankFound: Found;
	readonly worldSize: number;
	readonly worldSizeFound: Found;
	readonly events: number;
	readonly bytes: number;
	readonly compressedBytes: number;
	readonly skipped: Trace["skipped"];
	readonly warnings: readonly TraceWarning[];
	/** N of each `ProfilerStep#N`. */
	readonly steps: readonly number[];
	/** Undefined where nobody asked what the job is. */
	readonly description: InspectRank | undefined;
	readonly comms: RankComms;
	/** Undefined where nobody asked for a graph. */
	readonly block: RankBlock | undefined;
	/** Undefined where nobody asked what the job is. */
	readonly survey: Survey | undefined;
}

export interface RankReadOptions {
	readonly read: Omit<ReadOptions, "onProgress">;
	readonly kernelClasses: KernelClassTable | undefined;
	/** Other ranks of the job are read too. */
	readonly meets: boolean;
	/** Build the rank's part of the execution graph. */
	readonly graph: boolean;
	/** With the graph: say what part of a step each task belongs to. */
	readonly labels?: boolean | undefined;
	/** Look for the shape of the job. */
	readonly shape: boolean;
	/** Columns in shared memory. */
	readonly shared: boolean;
}

/** Runs a long computation on this thread: its owner may have to prepare for that. */
export type Compute = <T>(work: () => T) => T | Promise<T>;

const atOnce: Compute = (work) => work();

/** @throws what `readTrace` throws. */
export async function readRank(
	path: string,
	options: RankReadOptions,
	onProgress?: ReadOptions["onProgress"],
	compute: Compute = atOnce,
): Promise<RankRead> {
	const trace = await readTrace(path, { ...options.read, ...(onProgress ? { onProgress } : {}) });
	return compute(() => summarise(trace, options));
}

function summarise(trace: Trace, options: RankReadOptions): RankRead {
	const { kernelClasses, meets, shared } = options;
	const block = options.graph ? draftRank(trace, { kernelClasses, meets, shared, labels: options.labels }) : undefined;
	return {
		path: trace.path,
		rank: trace.rank,
		rankFound: trace.rankFound,
		worldSize: trace.worldSize,
		worldSizeFound: trace.worldSizeFound,
		events: trace.eventCount,
		bytes: trace.bytes,
		compressedBytes: trace.compressedBytes,
		skipped: trace.skipped,
		warnings: trace.warnings,
		steps: trace.steps.map(({ step }) => step).filter((step) => step !== "all"),
		description: options.shape ? describeRank(trace) : undefined,
		comms: block?.comms ?? commsOf(trace, options),
		block,
		survey: options.shape ? survey(trace) : undefined,
	};
}

/** What `assembleInspect` wants of ranks whose shape was asked for. */
export function inspected(reads: readonly RankRead[]): InspectedRank[] {
	return reads.map(({ description, survey, comms, skipped, warnings }) => ({
		comms,
		description: description!,
		survey: survey!,
		skipped,
		warnings,
	}));
}

function commsOf(trace: Trace, { meets, kernelClasses }: RankReadOptions): RankComms {
	if (!meets) return noComms(trace);
	return rankComms(trace, findCalls(trace), new KernelKinds(trace.strings, kernelClasses));
}

/** The same read as that of another rank: for traces that do not say theirs. */
export function asRank(read: RankRead, rank: number, warnings: readonly TraceWarning[]): RankRead {
	const rankFound: Found = "inferred";
	const comms = { ...read.comms, rank };
	return {
		...read,
		rank,
		rankFound,
		warnings,
		comms,
		description: read.description && { ...read.description, rank, rankFound },
		block: read.block && {
			...read.block,
			rank,
			comms,
			warnings,
			processors: read.block.processors.map((processor) => ({ ...processor, rank })),
			steps: read.block.steps.map((step) => ({ ...step, rank })),
		},
		survey: read.survey && { ...read.survey, trace: { ...read.survey.trace, rank } },
	};
}
