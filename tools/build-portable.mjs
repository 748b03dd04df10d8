/**
 * Compiles the engine's AssemblyScript sources as plain TypeScript into dist/portable/: the reference that the
 * WebAssembly build is compared with. Types are dropped, and portable/memory.ts takes the place of memory.ts. CommonJS,
 * because it can be loaded at the moment somebody asks for it, and because loaders that rewrite modules (tsx) leave it
 * alone: what they make of an import is many times slower to call.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

const root = fileURLToPath(new URL("..", import.meta.url));
const from = join(root, "assembly");
const to = join(root, "dist", "portable");

const folders = ["", "queue", "replay", "worklist", "ordered", "portable"];
const sources = folders.flatMap((folder) =>
	readdirSync(join(from, folder))
		.filter((name) => name.endsWith(".ts"))
		.map((name) => join(folder, name)),
);

rmSync(to, { recursive: true, force: true });
for (const source of sources) {
	if (source === "memory.ts") continue;
	const text = readFileSync(join(from, source), "utf8");
	const { outputText } = ts.transpileModule(text, {
		compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.CommonJS },
	});
	const target = source === join("portable", "memory.ts") ? "memory.ts" : source;
	const file = join(to, target.replace(/\.ts$/, ".cjs"));
	mkdirSync(dirname(file), { recursive: true });
	writeFileSync(file, outputText.replace(/(require\("\.[^"]*)"/g, '$1.cjs"'));
}
