import { createRequire } from "node:module";

const require = createRequire(import.meta.url);

/** What must hold before a commit: arguments for Node, by name. Both `npm run check` and the tests run these. */
export const checks: Readonly<Record<string, readonly string[]>> = {
	types: [require.resolve("typescript/lib/tsc.js"), "-p", "tsconfig.check.json"],
	"lint and format": [require.resolve("@biomejs/biome/bin/biome"), "check", "--error-on-warnings"],
	"lint and format of the kernel": ["--import", "tsx", "tools/assembly-style.ts"],
	layers: ["--import", "tsx", "tools/check-layers.ts"],
};
