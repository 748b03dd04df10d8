/** The first line of a journal: what sweep it belongs to, whole, so that others can go on with it or merge it. */
import { createHash } from "node:crypto";
import type { SweepInputs } from "../inputs.js";

export const JOURNAL_SCHEMA = "lumos.sweep-journal/1";

export interface JournalHeader {
	readonly schema: typeof JOURNAL_SCHEMA;
	/** Of the program: another one may simulate otherwise. */
	readonly version: string;
	/** From 0. */
	readonly shard: number;
	readonly shards: number;
	/** Configurations of the shard. */
	readonly total: number;
	readonly inputs: SweepInputs;
}

/** What may differ between two sweeps, by the name that a user knows it by. */
const PARTS: readonly (readonly [name: string, of: (header: JournalHeader) => unknown])[] = [
	["version of Lumos", ({ version }) => version],
	["model", ({ inputs }) => inputs.model],
	["hardware", ({ inputs }) => inputs.hardware],
	["nccl-tests", ({ inputs }) => inputs.measured],
	["framework options", ({ inputs }) => inputs.options],
	["grid", ({ inputs }) => [inputs.axes, inputs.tensorBeyondNode]],
	["traced run", ({ inputs }) => inputs.traced],
	["parallel description", ({ inputs }) => inputs.parallel],
];

/** Names of the parts in which two sweeps differ; the shard is none. */
export function differingParts(a: JournalHeader, b: JournalHeader): string[] {
	return PARTS.filter(([, of]) => canonical(of(a)) !== canonical(of(b))).map(([name]) => name);
}

/** Stands for the sweep in names of folders. */
export function sweepIdentity(version: string, inputs: SweepInputs): string {
	return createHash("sha256")
		.update(canonical([version, inputs]))
		.digest("hex")
		.slice(0, 16);
}

/** JSON whose keys are sorted: the order in which a description has them means nothing. */
function canonical(value: unknown): string {
	return JSON.stringify(value, (_, inner: unknown) =>
		inner !== null && typeof inner === "object" && !Array.isArray(inner)
			? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
			: inner,
	);
}
