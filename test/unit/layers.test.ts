import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { checkLayers } from "../../tools/check-layers.js";
import { packageRoot } from "../../tools/source-files.js";

function checkTree(files: Readonly<Record<string, string>>): string[] {
	const root = mkdtempSync(join(tmpdir(), "lumos-layers-"));
	onTestFinished(() => rmSync(root, { recursive: true }));
	for (const [path, text] of Object.entries(files)) {
		mkdirSync(dirname(join(root, path)), { recursive: true });
		writeFileSync(join(root, path), text);
	}
	return checkLayers(root);
}

test("this repository keeps to the layer rule", () => {
	expect(checkLayers(packageRoot)).toEqual([]);
});

test.each<[string, string, string]>([
	["an import from a layer above", "src/graph/a.ts", 'import { x } from "../engine/b.js";'],
	["an import of a type from a layer above", "src/graph/a.ts", 'import type { X } from "../engine/b.js";'],
	["a re-export from a layer above", "src/lib/a.ts", 'export * from "../abi/b.js";'],
	["a dynamic import from a layer above", "src/trace/a.ts", 'const x = await import("../graph/b.js");'],
	["an import type from a layer above", "src/trace/a.ts", 'let x: import("../graph/b.js").X;'],
	["neighbours on one level", "src/config/a.ts", 'import { x } from "../trace/b.js";'],
	["the command line from the library", "src/report/a.ts", 'import { x } from "../cli/b.js";'],
	["an import of the package's index", "src/lib/a.ts", 'import { x } from "../index.js";'],
	["an import that leaves src/", "src/engine/a.ts", 'import { x } from "../../assembly/index.js";'],
	["an unknown folder", "src/utils/a.ts", "export const x = 1;"],
	[
		"WebAssembly outside engine and trace",
		"src/graph/a.ts",
		"export const m = new WebAssembly.Memory({ initial: 1 });",
	],
	["process outside the command line", "src/engine/a.ts", "export const x = process.argv;"],
	["node:process outside the command line", "src/engine/a.ts", 'import { argv } from "node:process";'],
	["zlib outside trace and report", "src/graph/a.ts", 'import { gzipSync } from "node:zlib";'],
	["zlib by its old name", "src/graph/a.ts", 'import { gzipSync } from "zlib";'],
	["piscina beside the pool", "src/sweep/grid.ts", 'import Piscina from "piscina";'],
	["a cost model that knows the emulator", "src/cost/a.ts", 'import { x } from "../synth/costs.js";'],
	["a report that knows the emulator", "src/report/a.ts", 'import type { X } from "../synth/job.js";'],
	["an emulator that knows what it checks", "src/synth/a.ts", 'import { x } from "../trace/columns.js";'],
	["a kernel that imports from src", "assembly/a.ts", 'import { x } from "../src/lib/b";'],
	["a kernel that imports a package", "assembly/a.ts", 'import { x } from "fzstd";'],
])("%s is refused", (_, path, text) => {
	const problems = checkTree({ [path]: text });
	expect(problems).toHaveLength(1);
	expect(problems[0]).toContain(path);
});

test("a cycle of files is refused, one of types is not", () => {
	expect(
		checkTree({
			"src/graph/a.ts": 'import { b } from "./b.js"; export const a = b;',
			"src/graph/b.ts": 'import { a } from "./a.js"; export const b = a;',
		}),
	).toEqual(["cycle of imports: src/graph/a.ts -> src/graph/b.ts -> src/graph/a.ts"]);
	expect(
		checkTree({
			"src/graph/a.ts": 'import { b } from "./b.js"; export const a = b;',
			"src/graph/b.ts": 'import type { A } from "./a.js"; import { type B } from "./a.js"; export const b = 1;',
			"assembly/a.ts": 'import { b } from "./b"; export const a = b;',
			"assembly/b.ts": 'import { a } from "./a"; export const b = a;',
		}),
	).toEqual(["cycle of imports: assembly/a.ts -> assembly/b.ts -> assembly/a.ts"]);
});

test("what the rule allows passes", () => {
	expect(
		checkTree({
			"src/index.ts": 'export * from "./engine/a.js";',
			"src/engine/a.ts": 'import "../graph/a.js"; import "../lib/a.js"; const m: WebAssembly.Memory = task.process;',
			"src/ingest/pool.ts": 'import { Piscina } from "piscina";',
			"src/trace/inflate.ts": 'import { gunzip } from "node:zlib";',
			"src/cli/main.ts": 'import "../report/a.js"; process.exit(0); import { Command } from "commander";',
			"src/graph/a.ts": "interface Row { process: string } /* WebAssembly, process.exit */ const x = { process: 1 };",
			"assembly/index.ts": 'import { x } from "./layout";',
		}),
	).toEqual([]);
});
