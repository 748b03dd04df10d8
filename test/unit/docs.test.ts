import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { packageRoot, sourceFiles } from "../../tools/source-files.js";

interface Manifest {
	readonly scripts: Readonly<Record<string, string>>;
	readonly dependencies: Readonly<Record<string, string>>;
	readonly devDependencies: Readonly<Record<string, string>>;
}

const documents = [
	"README.md",
	"CONTRIBUTING.md",
	"CHANGELOG.md",
	...sourceFiles(["docs", "fixtures", "bench"], [".md"]),
];
const read = (path: string): string => readFileSync(join(packageRoot, path), "utf8");
const manifest = JSON.parse(read("package.json")) as Manifest;

test.each(documents)("%s: links lead somewhere", (path) => {
	const links = [...read(path).matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1]!.split("#")[0]!);
	for (const link of links.filter((target) => target !== "" && !/^[a-z]+:/.test(target))) {
		expect(existsSync(join(packageRoot, dirname(path), link)), link).toBe(true);
	}
});

test.each(documents)("%s: files and scripts that it names exist", (path) => {
	const text = read(path);
	for (const [, file] of text.matchAll(/`((?:src|assembly|test|tools|bench|fixtures|docs)\/[\w./-]*)`/g)) {
		expect(existsSync(join(packageRoot, file!)), file).toBe(true);
	}
	for (const [, script] of text.matchAll(/npm run ([\w:]+)/g))
		expect(manifest.scripts, script).toHaveProperty([script!]);
});

test("versions are exact and the lockfile names no registry", () => {
	for (const [name, version] of Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })) {
		expect(version, name).toMatch(/^\d+\.\d+\.\d+$/);
	}
	expect(read("package-lock.json")).not.toContain('"resolved"');
});

test("the lockfile is complete for every platform", () => {
	// npm writes no entry for an optional package that its registry lacks, and then npm ci refuses the file.
	const { packages } = JSON.parse(read("package-lock.json")) as {
		packages: Readonly<Record<string, { readonly optionalDependencies?: Readonly<Record<string, string>> }>>;
	};
	for (const [path, { optionalDependencies = {} }] of Object.entries(packages)) {
		for (const name of Object.keys(optionalDependencies)) {
			const found = `${path}/node_modules/${name}` in packages || `node_modules/${name}` in packages;
			expect(found, `${name}, of ${path}`).toBe(true);
		}
	}
});

test("what a CI runs stays short", () => {
	const lines = read(".ci/run").trimEnd().split("\n");
	expect(lines.length).toBeLessThanOrEqual(10);
	expect(lines).toContain("set -euo pipefail");
});
