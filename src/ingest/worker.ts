/** What a worker of the pool does: reads a rank, or puts one into its place in the graph. Named exports, one a job. */

import { type GraphColumns, type PlacedBlock, placeBlock } from "../graph/join/place.js";
import type { Placement } from "../graph/join/placement.js";
import { EnvironmentError, UserError } from "../lib/errors.js";
import { releaseScanners } from "../trace/index.js";
import { type RankRead, type RankReadOptions, readRank } from "./rank-read.js";

export interface ReadJob {
	readonly path: string;
	readonly options: RankReadOptions;
	/** One a file: bytes of it read so far. */
	readonly progress: Float64Array;
	readonly index: number;
}

export interface PlaceJob {
	readonly graph: GraphColumns;
	readonly block: PlacedBlock;
	readonly placement: Placement;
}

/** Errors do not keep their class on the way between threads. */
export type Outcome<T> = { readonly done: T } | { readonly failed: "user" | "environment"; readonly message: string };

export async function read({ path, options, progress, index }: ReadJob): Promise<Outcome<RankRead>> {
	return outcome(() =>
		readRank(path, options, (bytesRead) => {
			progress[index] = bytesRead;
		}),
	);
}

export async function place({ graph, block, placement }: PlaceJob): Promise<Outcome<void>> {
	// The last file was read: what the scanners hold is needed by nobody.
	releaseScanners();
	return outcome(() => placeBlock(graph, block, placement));
}

async function outcome<T>(work: () => T | Promise<T>): Promise<Outcome<T>> {
	try {
		return { done: await work() };
	} catch (error) {
		if (error instanceof UserError) return { failed: "user", message: error.message };
		if (error instanceof EnvironmentError) return { failed: "environment", message: error.message };
		throw error;
	}
}
