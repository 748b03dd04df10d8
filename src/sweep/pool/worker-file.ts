import { existsSync } from "node:fs";

/** Where the compiled worker lies, whether this code runs from `dist/sweep/pool/` or, in tests, from `src/sweep/pool/`. */
export function workerFile(): URL {
	const built = new URL("./worker.js", import.meta.url);
	if (existsSync(built)) return built;
	const fromSource = new URL("../../../dist/sweep/pool/worker.js", import.meta.url);
	if (existsSync(fromSource)) return fromSource;
	throw new Error("dist/sweep/pool/worker.js is not built: run npm run build");
}
