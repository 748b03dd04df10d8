import { existsSync } from "node:fs";

/**
 * Where a compiled WebAssembly module lies: `dist/wasm/` of the package, whether this code runs from `dist/lib/` or,
 * in tests, from `src/lib/`.
 */
export function wasmFile(name: "scan.wasm" | "engine.wasm"): URL {
	const built = new URL(`../wasm/${name}`, import.meta.url);
	if (existsSync(built)) return built;
	const fromSource = new URL(`../../dist/wasm/${name}`, import.meta.url);
	if (existsSync(fromSource)) return fromSource;
	throw new Error(`${name} is not built: run npm run build`);
}
