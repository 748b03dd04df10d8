/**
 * Compiles the engine's AssemblyScript sources as plain TypeScript into dist/portable/: the reference that the
 * WebAssembly build is compared with. Types are dropped, and a file in portable/ takes the place of the one of its name
 * (memory.ts, plan/settle.ts). CommonJS, because it can be loaded at the moment somebody asks for it, and because
 * loaders that rewrite modules (tsx) leave it alone: what they make of an import is many times slower to call.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

const root = fileURLToPath(new URL("..", import.meta.url));
const from = join(root, "assembly");
const to = join(root, "dist", "portable");

const folders = ["", "queue", "replay", "worklist", "ordered", "plan"];
const sources = folders.flatMap((folder) =>
	readdirSync(join(from, folder))
		.filter((name) => name.endsWith(".ts"))
		.map((name) => join(folder, name)),
);

rmSync(to, { recursive: true, force: true });
for (const source of sources) {
	const portable = join(from, "portable", source);
	const text = readFileSync(existsSync(portable) ? portable : join(from, source), "utf8");
	const { outputText } = ts.transpileModule(text, {
		compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.CommonJS },
	});
	const file = join(to, source.replace(/\.ts$/, ".cjs"));
	mkdirSync(dirname(file), { recursive: true });
	writeFileSync(file, outputText.replace(/(require\("\.[^"]*)"/g, '$1.cjs"'));
}
