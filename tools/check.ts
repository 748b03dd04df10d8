/** Types, lint and format, layers: all three run even where one fails; exit 1 if any did. */
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { packageRoot } from "./source-files.js";

const require = createRequire(import.meta.url);
const checks: Readonly<Record<string, readonly string[]>> = {
	types: [require.resolve("typescript/lib/tsc.js"), "-p", "tsconfig.check.json"],
	"lint and format": [require.resolve("@biomejs/biome/bin/biome"), "check", "--error-on-warnings"],
	layers: ["--import", "tsx", "tools/check-layers.ts"],
};

let failed = 0;
for (const [name, command] of Object.entries(checks)) {
	const { status } = spawnSync(process.execPath, command, { cwd: packageRoot, stdio: "inherit" });
	process.stdout.write(`${name}: ${status === 0 ? "ok" : "failed"}\n`);
	if (status !== 0) failed++;
}
process.exit(failed === 0 ? 0 : 1);
