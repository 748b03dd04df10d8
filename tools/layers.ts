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
	["analysis"],
	// From traces or descriptions to a predicted run.
	["predict"],
	// Many predictions: it asks for the times and intervals of each as a prediction gives them.
	["sweep"],
	["report"],
	["ingest"],
	["cli", "ui"],
];

/**
 * Beside the levels: what checks the rest must not share its errors. Imports nothing but what stands here, and only
 * those named may import it.
 */
const beside: Readonly<
	Record<string, { readonly imports: readonly string[]; readonly importedBy: readonly string[] }>
> = {
	synth: { imports: ["lib"], importedBy: ["cli"] },
};

/** The folders that a folder may import from; undefined for a folder that the rule does not know. */
export function allowedImports(folder: string): readonly string[] | undefined {
	const apart = beside[folder];
	if (apart) return [folder, ...apart.imports];
	const level = levels.findIndex((names) => names.includes(folder));
	if (level < 0) return undefined;
	const opened = Object.keys(beside).filter((name) => beside[name]!.importedBy.includes(folder));
	return [folder, ...levels.slice(0, level).flat(), ...opened];
}

/** Packages and built-in modules that only some places may import: prefixes of paths below src/. */
export const restrictedModules: Readonly<Record<string, readonly string[]>> = {
	// lib/crc32 takes the checksum, not the compression.
	"node:zlib": ["trace/", "report/", "synth/pool/", "lib/crc32"],
	fzstd: ["trace/"],
	piscina: ["sweep/pool", "ingest/pool", "synth/pool/"],
	commander: ["cli/"],
	"hyparquet-writer": ["sweep/output/"],
	"@assemblyscript/loader": ["engine/", "trace/"],
	"node:process": ["cli/"],
};

/** The same for globals. */
export const restrictedGlobals: Readonly<Record<string, readonly string[]>> = {
	WebAssembly: ["engine/", "trace/"],
	process: ["cli/"],
};
