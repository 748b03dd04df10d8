/**
 * The layer rule as data: which folder of src/ may import which, and who alone may touch what.
 * docs/architecture.md says why; `tools/check-layers.ts` enforces it.
 */

/** From the bottom up. A folder imports only from levels below its own; neighbours on a level do not know each other. */
const levels: readonly (readonly string[])[] = [
	["lib"],
	["abi"],
	["config", "trace"],
	["graph"],
	["rewrite", "cost"],
	// What a job runs: blocks, schedules, memory; it knows durations from cost and gives graphs to the engine.
	["plan"],
	["engine"],
	["sweep"],
	["analysis"],
	["report"],
	["cli", "ui"],
];

/** The folders that a folder may import from; undefined for a folder that the rule does not know. */
export function allowedImports(folder: string): readonly string[] | undefined {
	const level = levels.findIndex((names) => names.includes(folder));
	return level < 0 ? undefined : [folder, ...levels.slice(0, level).flat()];
}

/** Packages and built-in modules that only some places may import: prefixes of paths below src/. */
export const restrictedModules: Readonly<Record<string, readonly string[]>> = {
	// lib/crc32 takes the checksum, not the compression.
	"node:zlib": ["trace/", "report/", "lib/crc32"],
	fzstd: ["trace/"],
	piscina: ["sweep/pool", "trace/pool"],
	commander: ["cli/"],
	"@assemblyscript/loader": ["engine/", "trace/"],
	"node:process": ["cli/"],
};

/** The same for globals. */
export const restrictedGlobals: Readonly<Record<string, readonly string[]>> = {
	WebAssembly: ["engine/", "trace/"],
	process: ["cli/"],
};
