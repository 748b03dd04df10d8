/**
 * Ends every run of the tests with one plain line, `N passed, N failed`, for CI systems that read nothing else.
 *
 * The line is written as the process exits, after whatever other reporters still print. What fails outside a test (a
 * file that cannot be loaded, an unhandled rejection) counts as failed too: the line never looks better than the run.
 */
import { writeSync } from "node:fs";
import type { Reporter, SerializedError, TestModule } from "vitest/node";

export default class PlainSummary implements Reporter {
	#passed = 0;
	#failed = 0;
	#skipped = 0;

	onInit(): void {
		process.once("exit", () => writeSync(1, `${this.line()}\n`));
	}

	onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly SerializedError[]): void {
		this.#passed = this.#skipped = 0;
		this.#failed = unhandledErrors.length;
		for (const module of modules) {
			let failedHere = 0;
			for (const test of module.children.allTests()) {
				const { state } = test.result();
				if (state === "passed") this.#passed++;
				else if (state === "skipped") this.#skipped++;
				else failedHere++;
			}
			this.#failed += failedHere === 0 && !module.ok() ? 1 : failedHere;
		}
	}

	line(): string {
		const skipped = this.#skipped > 0 ? `, ${this.#skipped} skipped` : "";
		return `${this.#passed} passed, ${this.#failed} failed${skipped}`;
	}
}
