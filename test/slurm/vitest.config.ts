import { defineConfig } from "vitest/config";
import { packageRoot } from "../../tools/source-files.js";

/** Apart from the other tests: these want a machine that they may install Slurm on. */
export default defineConfig({
	root: packageRoot,
	test: {
		include: ["test/slurm/*.slurm.ts"],
		testTimeout: 120_000,
		hookTimeout: 300_000,
		reporters: ["default", "./test/support/plain-summary.ts"],
	},
});
