/**
 * Builds dist/: the two WebAssembly modules, the plain-TypeScript oracle of the engine, the presets, the JavaScript.
 *
 * A step runs only when the contents of its inputs changed since it last succeeded, so that `npm start` and `npm test`
 * can always build first. Contents, not times: a fresh checkout or a switch of branches must not fool it.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, relative, sep } from "node:path";
import { packageRoot, sourceFiles } from "./source-files.js";

interface BuildStep {
	readonly name: string;
	readonly inputs: readonly string[];
	/** Looked for before a step is skipped: somebody may have removed dist/ in part. */
	readonly outputs: readonly string[];
	/** Module and arguments that Node runs. */
	readonly command: readonly string[];
}

const require = createRequire(import.meta.url);
const asc = require.resolve("assemblyscript/bin/asc.js");
const tsc = require.resolve("typescript/lib/tsc.js");
/** Outside of dist/, which is what the package consists of. */
const stamps = join(packageRoot, "build/stamps");

const kernelSources = ["assembly", "asconfig.json", "package-lock.json"];
const steps: readonly BuildStep[] = [
	{
		name: "scan.wasm",
		inputs: kernelSources,
		outputs: ["dist/wasm/scan.wasm"],
		command: [asc, "assembly/scan/index.ts", "--target", "scan"],
	},
	{
		name: "engine.wasm",
		inputs: kernelSources,
		outputs: ["dist/wasm/engine.wasm"],
		command: [asc, "assembly/index.ts", "--target", "engine"],
	},
	{
		name: "engine as plain TypeScript",
		inputs: [...kernelSources, "tools/build-portable.mjs"],
		outputs: ["dist/portable/index.cjs"],
		command: ["tools/build-portable.mjs"],
	},
	{
		name: "presets",
		inputs: ["src/config/presets", "tools/copy-presets.ts"],
		outputs: ["dist/config/presets"],
		command: ["--import", "tsx", "tools/copy-presets.ts"],
	},
	{
		name: "javascript",
		inputs: ["src", "tsconfig.json", "package-lock.json"],
		outputs: ["dist/cli/main.js"],
		command: [tsc, "-p", "tsconfig.json"],
	},
];

function contentHash(step: BuildStep): string {
	const hash = createHash("sha256").update(step.command.slice(1).join(" "));
	for (const path of sourceFiles(step.inputs)) hash.update(`\0${path}\0`).update(readFileSync(join(packageRoot, path)));
	return hash.digest("hex");
}

/** Whether the step is done; the steps do not need each other, so all of them are tried. */
function run(step: BuildStep): boolean {
	const stamp = join(stamps, step.name);
	const hash = contentHash(step);
	const complete = step.outputs.every((path) => existsSync(join(packageRoot, path)));
	if (complete && existsSync(stamp) && readFileSync(stamp, "utf8") === hash) return true;
	process.stderr.write(`build: ${step.name}\n`);
	// A step that fails half-way must not look done when its sources go back to what the stamp says.
	rmSync(stamp, { force: true });
	const { status } = spawnSync(process.execPath, step.command, { cwd: packageRoot, stdio: ["ignore", 2, 2] });
	if (status !== 0) {
		process.stderr.write(`build: ${step.name} failed\n`);
		return false;
	}
	mkdirSync(stamps, { recursive: true });
	writeFileSync(stamp, hash);
	return true;
}

/** A module whose source is gone must not stay in the package. */
function removeOrphans(): void {
	for (const path of sourceFiles(["dist"], [".js", ".d.ts"])) {
		const source = join(packageRoot, "src", relative("dist", path).replace(/(\.d\.ts|\.js)$/, ".ts"));
		if (!path.startsWith(`dist${sep}portable`) && !existsSync(source)) rmSync(join(packageRoot, path));
	}
}

const done = steps.map(run);
removeOrphans();
process.exit(done.every(Boolean) ? 0 : 1);
