/** Types, lint and format, layers: all of them run even where one fails; exit 1 if any did. */
import { spawnSync } from "node:child_process";
import { checks } from "./checks.js";
import { packageRoot } from "./source-files.js";

let failed = 0;
for (const [name, command] of Object.entries(checks)) {
	const { status } = spawnSync(process.execPath, command, { cwd: packageRoot, stdio: "inherit" });
	process.stdout.write(`${name}: ${status === 0 ? "ok" : "failed"}\n`);
	if (status !== 0) failed++;
}
process.exit(failed === 0 ? 0 : 1);
