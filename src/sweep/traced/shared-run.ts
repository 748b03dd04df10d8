/** A traced run in memory that all workers of a sweep read, in the form of the packed graph: nothing of it is copied. */
import { createHash } from "node:crypto";
import { decodeContainer, encodeGraph, type GraphSource } from "../../graph/container/index.js";
import { EnvironmentError } from "../../lib/errors.js";
import { formatBytes } from "../../lib/format.js";
import type { TracedRun } from "../../predict/traced-base.js";

/** A packed run. */
export type SharedRun = Uint8Array<SharedArrayBuffer>;

/** Where a run was read from means nothing to what is predicted from it. */
const NOWHERE: GraphSource = { files: 0, ranks: 0, worldSize: 0, events: 0, bytes: 0, compressedBytes: 0 };

/** @throws EnvironmentError where there is no memory for it */
export function shareRun({ graph, facts }: TracedRun): SharedRun {
	const placeless = { ...graph, ranks: graph.ranks.map((rank) => ({ ...rank, path: "" })) };
	const parts = [...encodeGraph(placeless, { createdBy: "lumos sweep", source: NOWHERE, warnings: [] }, facts)];
	const bytes = parts.reduce((sum, { length }) => sum + length, 0);
	const run = allocate(bytes);
	let at = 0;
	for (const part of parts) {
		run.set(part, at);
		at += part.length;
	}
	return run;
}

export function openSharedRun(run: SharedRun): TracedRun {
	const { graph, facts } = decodeContainer("the traced run", run);
	return { graph, facts: facts()! };
}

/** Stands for the run in journals. */
export function runIdentity(run: SharedRun): string {
	return createHash("sha256").update(run).digest("hex");
}

function allocate(bytes: number): SharedRun {
	try {
		return new Uint8Array(new SharedArrayBuffer(bytes));
	} catch {
		throw new EnvironmentError(`no memory for the ${formatBytes(bytes)} of the traced run; pack fewer ranks or steps`);
	}
}
