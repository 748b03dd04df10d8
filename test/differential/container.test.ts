/** A C++ program that knows only docs/format.md reads the same graph. Skipped where no C++ compiler is at hand. */
import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { writeContainer } from "../../src/graph/container/index.js";
import { crc32 } from "../../src/lib/crc32.js";
import { oneStepGraph } from "../support/small-graph.js";
import { temporaryFolder } from "../support/temporary-folder.js";

const compiler = "g++";
const hasCompiler = spawnSync(compiler, ["--version"]).status === 0;
const folder = temporaryFolder("native");

test.skipIf(!hasCompiler)(`C++ reads what TypeScript wrote (skipped without ${compiler})`, () => {
	const source = fileURLToPath(new URL("../native/read-container.cpp", import.meta.url));
	const program = join(folder, "read-container");
	execFileSync(compiler, ["-std=c++17", "-O1", "-Wall", "-Werror", "-o", program, source]);
	const path = join(folder, "a.lumos");
	const graph = oneStepGraph();
	const traces = { files: 1, ranks: 1, worldSize: 1, events: 1, bytes: 1, compressedBytes: 1 };
	writeContainer(path, graph, { createdBy: "lumos test", source: traces, warnings: [] });

	const sum = (column: Iterable<number>) => [...column].reduce((total, value) => total + value, 0);
	const file = readFileSync(path);
	expect(JSON.parse(execFileSync(program, [path], { encoding: "utf8" }))).toEqual({
		tasks: graph.taskCount,
		edges: graph.edgeCount,
		waits: 1,
		strings: graph.strings.length,
		durationNs: sum(graph.durationNs),
		delayNs: sum(graph.delayNs),
		predecessors: sum(graph.pred),
		lastName: "ProfilerStep#3",
		checksum: crc32(file),
	});

	file[file.length - 1]! ^= 1;
	writeFileSync(path, file);
	expect(spawnSync(program, [path]).status).toBe(2);
});
