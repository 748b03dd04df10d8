import { defineConfig } from "vitest/config";

export default defineConfig({
	test: {
		include: ["test/**/*.test.ts"],
		// By default one core is left idle: on two cores that is half of them.
		maxWorkers: "100%",
		testTimeout: 60_000,
		hookTimeout: 120_000,
		reporters: ["default", "./test/support/plain-summary.ts"],
	},
});
