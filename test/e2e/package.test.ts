import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { packageRoot, sourceFiles } from "../../tools/source-files.js";

/** What `npm pack` makes, installed in a project elsewhere, far from this checkout and its node_modules. */
const folder = mkdtempSync(join(tmpdir(), "lumos-package-"));
const project = join(folder, "project");
const fixture = join(packageRoot, "fixtures/tp2pp2");
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function npm(cwd: string, ...args: string[]): string {
	return execFileSync("npm", args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}

function lumos(...args: string[]): string {
	return execFileSync("npx", ["--no-install", "lumos", ...args], {
		cwd: project,
		encoding: "utf8",
		stdio: ["ignore", "pipe", "pipe"],
		maxBuffer: 1 << 28,
	});
}

beforeAll(() => {
	npm(packageRoot, "pack", "--silent", "--pack-destination", folder);
	const [tarball] = readdirSync(folder).filter((name) => name.endsWith(".tgz"));
	mkdirSync(project);
	writeFileSync(join(project, "package.json"), JSON.stringify({ name: "elsewhere", private: true }));
	npm(project, "install", "--prefer-offline", "--no-audit", "--no-fund", "--loglevel=error", join(folder, tarball!));
}, 180_000);

test("the package has what runs and what explains it, and nothing else", () => {
	const files = sourceFiles(["."], [], join(project, "node_modules/lumos-sim"));
	const needed = ["README.md", "LICENSE", "CHANGELOG.md", "docs/format.md", "docs/architecture.md"];
	const built = ["dist/cli/main.js", "dist/wasm/scan.wasm", "dist/wasm/engine.wasm"];
	for (const path of [...needed, ...built]) expect(files).toContain(path);
	const allowed =
		/^(package\.json|README\.md|LICENSE|CHANGELOG\.md|docs\/.*|dist\/.*\.(c?js|d\.ts|wasm)|dist\/config\/presets\/.*\.yaml)$/;
	expect(files.filter((path) => !allowed.test(path))).toEqual([]);
});

test("lumos runs there", () => {
	expect(lumos("--version").trim()).toBe("0.1.0");
	const result = JSON.parse(lumos("replay", fixture, "--json")) as { schema: string; source: { ranks: number } };
	expect(result.schema).toBe("lumos.replay/1");
	expect(result.source.ranks).toBe(4);
});

test("the compiler of the WebAssembly is not installed with it", () => {
	expect(readdirSync(join(project, "node_modules"))).not.toContain("assemblyscript");
});
