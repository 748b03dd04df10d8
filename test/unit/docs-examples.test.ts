/**
 * Runs the examples of the documents. A block fenced as ```sh run is executed line by line: `lumos …` in a scratch
 * folder that has fixtures/ in it, `npm run …` in the repository. Blocks of one document run in order and share the
 * folder, so that a later one can use what an earlier one wrote.
 */
import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { shapeOf, shownOutput, startOutput } from "../../tools/readme-output.js";
import { packageRoot, sourceFiles } from "../../tools/source-files.js";

const folder = mkdtempSync(join(tmpdir(), "lumos-docs-"));
afterAll(() => rmSync(folder, { recursive: true }));

const bin = join(folder, "bin");
mkdirSync(bin);
writeFileSync(join(bin, "lumos"), `#!/bin/sh\nexec "${process.execPath}" "${packageRoot}/dist/cli/main.js" "$@"\n`);
chmodSync(join(bin, "lumos"), 0o755);

function scratchFor(document: string): string {
	const path = join(folder, document.replaceAll("/", "-"));
	mkdirSync(path);
	symlinkSync(join(packageRoot, "fixtures"), join(path, "fixtures"));
	return path;
}

function run(command: string, cwd: string): string {
	const env = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}`, COLUMNS: "100" };
	return execFileSync("bash", ["-euo", "pipefail", "-c", command], { cwd, env, encoding: "utf8", maxBuffer: 1 << 28 });
}

const examples = ["README.md", "CONTRIBUTING.md", ...sourceFiles(["docs"], [".md"])].flatMap((document) => {
	const text = readFileSync(join(packageRoot, document), "utf8");
	const blocks = [...text.matchAll(/^```sh run\n(.*?)^```$/gms)].map((match) => match[1]!);
	const commands = blocks.flatMap((block) => block.trim().split("\n"));
	return commands.length === 0 ? [] : [{ document, commands }];
});

test("the README has examples of every command", () => {
	const commands = examples.find(({ document }) => document === "README.md")!.commands;
	for (const name of ["inspect", "replay", "pack", "synth", "calibrate", "predict", "sweep"]) {
		expect(
			commands.some((command) => command.startsWith(`lumos ${name} `)),
			name,
		).toBe(true);
	}
});

test.each(examples)("the examples of $document run", ({ document, commands }) => {
	const scratch = scratchFor(document);
	for (const command of commands) {
		expect(command).toMatch(/^(lumos|npm run) /);
		const output = run(command, command.startsWith("npm run") ? packageRoot : scratch);
		expect(output, command).not.toBe("");
		if (command.includes("--json")) expect(() => JSON.parse(output), command).not.toThrow();
	}
});

test("the README shows what npm start prints", () => {
	expect(shapeOf(shownOutput()), "run npm run golden").toEqual(shapeOf(startOutput()));
});
