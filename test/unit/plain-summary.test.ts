/** A CI believes the last line and the exit code: they must not lie about a run that went wrong. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { packageRoot } from "../../tools/source-files.js";

const vitest = join(dirname(createRequire(import.meta.url).resolve("vitest/package.json")), "vitest.mjs");

/** Runs made-up test files, inside the package so that they find Vitest, outside what its own tests include. */
function runTests(files: Readonly<Record<string, string>>): { lastLine: string | undefined; status: number | null } {
	mkdirSync(join(packageRoot, "build"), { recursive: true });
	const root = mkdtempSync(join(packageRoot, "build/summary-"));
	onTestFinished(() => rmSync(root, { recursive: true }));
	for (const [name, text] of Object.entries(files)) writeFileSync(join(root, name), text);
	const reporter = join(packageRoot, "test/support/plain-summary.ts");
	const config = `export default { test: { reporters: ["default", ${JSON.stringify(reporter)}] } };`;
	writeFileSync(join(root, "vitest.config.mjs"), config);
	const { stdout, status } = spawnSync(process.execPath, [vitest, "run"], { cwd: root, encoding: "utf8" });
	return { lastLine: stdout.trimEnd().split("\n").at(-1), status };
}

const head = 'import { expect, test } from "vitest";';

test("counts what passed, failed and was skipped", () => {
	const text = `${head} test("a", () => {}); test("b", () => {}); test.skip("c", () => {});`;
	expect(runTests({ "a.test.ts": text })).toEqual({ lastLine: "2 passed, 0 failed, 1 skipped", status: 0 });
	const failing = `${head} test("a", () => {}); test("b", () => { expect(1).toBe(2); });`;
	expect(runTests({ "a.test.ts": text, "b.test.ts": failing })).toEqual({
		lastLine: "3 passed, 1 failed, 1 skipped",
		status: 1,
	});
});

test("counts what fails outside of a test", () => {
	const fine = `${head} test("a", () => {});`;
	expect(runTests({ "a.test.ts": fine, "b.test.ts": 'import "./absent.js";' })).toEqual({
		lastLine: "1 passed, 1 failed",
		status: 1,
	});
	const rejection = `${head} test("a", () => { Promise.reject(new Error("nobody waits")); });`;
	expect(runTests({ "a.test.ts": rejection })).toEqual({ lastLine: "1 passed, 1 failed", status: 1 });
});

test("ends in a line even where there are no tests", () => {
	expect(runTests({})).toEqual({ lastLine: "0 passed, 0 failed", status: 1 });
});
