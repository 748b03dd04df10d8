import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { checks } from "../../tools/checks.js";
import { packageRoot } from "../../tools/source-files.js";

/** The layer rule has tests of its own. */
const others = Object.entries(checks).filter(([name]) => name !== "layers");

test.each(others)(
	"%s",
	(_, command) => {
		const { status, stdout, stderr } = spawnSync(process.execPath, command, { cwd: packageRoot, encoding: "utf8" });
		expect(status, stdout + stderr).toBe(0);
	},
	240_000,
);
