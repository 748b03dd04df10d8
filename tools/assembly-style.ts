/**
 * Lint and format of the AssemblyScript sources: `tsx tools/assembly-style.ts [--write]`.
 *
 * Biome reads TypeScript, which has no decorators on functions; AssemblyScript has (`@inline`). So it looks at a copy in
 * which each line that holds nothing but a decorator is a comment, and what it changes there is carried back.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { packageRoot, sourceFiles } from "./source-files.js";

mkdirSync(join(packageRoot, "build"), { recursive: true });
const copy = mkdtempSync(join(packageRoot, "build/assembly-style-"));
const write = process.argv.includes("--write");

/** What does not fit a language with integers of 64 bits, its own globals, and a compiler that takes ts-ignore. */
const rulesOff = {
	correctness: { noPrecisionLoss: "off" },
	suspicious: { noShadowRestrictedNames: "off", noTsIgnore: "off" },
};

interface BiomeConfig {
	readonly linter: { readonly rules: Readonly<Record<string, unknown>> };
}

const root = JSON.parse(readFileSync(join(packageRoot, "biome.json"), "utf8")) as BiomeConfig;
const config = { ...root, files: { includes: ["**"] }, linter: { rules: { ...root.linter.rules, ...rulesOff } } };

const paths = sourceFiles(["assembly"], [".ts"]);
for (const path of paths) {
	const text = readFileSync(join(packageRoot, path), "utf8");
	mkdirSync(dirname(join(copy, path)), { recursive: true });
	writeFileSync(join(copy, path), text.replace(/^(\s*)(@\w+(?:\(.*\))?)$/gm, "$1// decorator $2"));
}
writeFileSync(join(copy, "biome.json"), JSON.stringify(config));

const biome = createRequire(import.meta.url).resolve("@biomejs/biome/bin/biome");
const args = [biome, "check", "--error-on-warnings", ...(write ? ["--write"] : []), "assembly"];
const { status } = spawnSync(process.execPath, args, { cwd: copy, stdio: "inherit" });
if (write) {
	for (const path of paths) {
		const text = readFileSync(join(copy, path), "utf8").replace(/^(\s*)\/\/ decorator (@.*)$/gm, "$1$2");
		if (text !== readFileSync(join(packageRoot, path), "utf8")) writeFileSync(join(packageRoot, path), text);
	}
}
rmSync(copy, { recursive: true });
process.exit(status ?? 1);
