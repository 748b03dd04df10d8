/**
 * What `npm start` prints, as the README shows it: `tsx tools/readme-output.ts` puts the present output there.
 *
 * A test holds the two against each other by shape, not by figure: how long reading took differs from run to run.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { packageRoot } from "./source-files.js";

const readme = join(packageRoot, "README.md");
const block = /(prints:\n\n```text\n)(.*?)(\n```)/s;

/** The output in the README. */
export function shownOutput(): string {
	return block.exec(readFileSync(readme, "utf8"))?.[2] ?? "";
}

/** Runs the second half of the start script, the first being the build. */
export function startOutput(): string {
	const { scripts } = JSON.parse(readFileSync(join(packageRoot, "package.json"), "utf8")) as {
		scripts: { start: string };
	};
	const command = scripts.start.split("&& node ")[1]!.split(" ");
	const folder = mkdtempSync(join(tmpdir(), "lumos-start-"));
	for (const name of ["dist", "fixtures"]) symlinkSync(join(packageRoot, name), join(folder, name));
	const options = { cwd: folder, env: { ...process.env, COLUMNS: "100" }, encoding: "utf8" } as const;
	const output = execFileSync(process.execPath, command, { ...options, stdio: ["ignore", "pipe", "ignore"] });
	rmSync(folder, { recursive: true });
	return output.trimEnd();
}

/** The text without what may differ between two runs: figures, and how wide they are. */
export function shapeOf(text: string): string[] {
	const lines = text.split("\n").map((line) => line.replaceAll(/-?[\d.,]*\d/g, "#").replaceAll(/([█▓▒░ ])\1*/g, "$1"));
	return lines.map((line) => line.replaceAll(/\b(ns|us|ms|s|MB|GB)\b/g, "unit").trim());
}

if (process.argv[1] && resolve(process.argv[1]) === import.meta.filename) {
	const output = startOutput();
	writeFileSync(
		readme,
		readFileSync(readme, "utf8").replace(block, (_, before, __, after) => before + output + after),
	);
}
