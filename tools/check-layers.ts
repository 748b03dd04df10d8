/**
 * Parses src/ and assembly/ and reports every import or global that tools/layers.ts forbids, and every cycle of files
 * that import each other (imports of types alone vanish when compiled, and do not count).
 *
 *     tsx tools/check-layers.ts [ROOT]
 */
import { readFileSync } from "node:fs";
import { join, posix, resolve } from "node:path";
import ts from "typescript";
import { allowedImports, restrictedGlobals, restrictedModules } from "./layers.js";
import { packageRoot, sourceFiles } from "./source-files.js";

interface ModuleFacts {
	/** `typeOnly` imports bind layers, but make no cycle. */
	readonly imports: { readonly specifier: string; readonly typeOnly: boolean }[];
	readonly globals: Set<string>;
}

function readModule(text: string): ModuleFacts {
	const facts: ModuleFacts = { imports: [], globals: new Set() };
	const add = (specifier: ts.Node, typeOnly: boolean): void => {
		if (ts.isStringLiteralLike(specifier)) facts.imports.push({ specifier: specifier.text, typeOnly });
	};
	const visit = (node: ts.Node): void => {
		if (ts.isImportDeclaration(node)) add(node.moduleSpecifier, importsTypesOnly(node));
		else if (ts.isExportDeclaration(node) && node.moduleSpecifier) add(node.moduleSpecifier, node.isTypeOnly);
		else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
			add(node.arguments[0]!, false);
		else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) add(node.argument.literal, true);
		else if (ts.isIdentifier(node) && node.text in restrictedGlobals && !isMemberName(node))
			facts.globals.add(node.text);
		ts.forEachChild(node, visit);
	};
	visit(ts.createSourceFile("module.ts", text, ts.ScriptTarget.Latest, true));
	return facts;
}

function importsTypesOnly(node: ts.ImportDeclaration): boolean {
	const clause = node.importClause;
	if (!clause || clause.isTypeOnly) return clause !== undefined;
	const bindings = clause.namedBindings;
	return (
		!clause.name && !!bindings && ts.isNamedImports(bindings) && bindings.elements.every((item) => item.isTypeOnly)
	);
}

/** `task.process` and `{ process: 1 }` name a member, not the global. */
function isMemberName(node: ts.Identifier): boolean {
	const { parent } = node;
	if (ts.isPropertyAccessExpression(parent) || ts.isQualifiedName(parent)) {
		return node === (ts.isQualifiedName(parent) ? parent.right : parent.name);
	}
	return (
		(ts.isPropertyAssignment(parent) || ts.isTypeElement(parent) || ts.isClassElement(parent)) && parent.name === node
	);
}

function mayTouch(path: string, places: readonly string[]): boolean {
	return places.some((place) => path.startsWith(place));
}

/** The folder of src/ that a path relative to src/ lies in; empty for files directly in src/. */
function folderOf(path: string): string {
	return path.includes("/") ? path.slice(0, path.indexOf("/")) : "";
}

function checkModule(path: string, facts: ModuleFacts): string[] {
	const problems: string[] = [];
	const folder = folderOf(path);
	const allowed = folder === "" ? undefined : allowedImports(folder);
	if (folder !== "" && !allowed) problems.push(`src/${path}: folder ${folder} is not in tools/layers.ts`);
	for (const { specifier } of facts.imports) {
		const places = restrictedModules[specifier] ?? restrictedModules[`node:${specifier}`];
		if (places && !mayTouch(path, places)) problems.push(`src/${path}: imports ${specifier}, kept to ${places}`);
		if (!specifier.startsWith(".")) continue;
		const target = posix.join(posix.dirname(path), specifier);
		if (target.startsWith("..")) problems.push(`src/${path}: imports ${specifier}, outside src/`);
		else if (allowed && !allowed.includes(folderOf(target)))
			problems.push(
				`src/${path}: ${folder}/ may not import ${folderOf(target) || "the package's index"} (${specifier})`,
			);
	}
	for (const name of facts.globals) {
		const places = restrictedGlobals[name]!;
		if (!mayTouch(path, places)) problems.push(`src/${path}: uses ${name}, kept to ${places}`);
	}
	return problems;
}

/** Depth first; a file met again while still open closes a cycle. */
function findCycles(graph: ReadonlyMap<string, readonly string[]>): string[] {
	const done = new Set<string>();
	const open: string[] = [];
	const cycles: string[] = [];
	const visit = (path: string): void => {
		const at = open.indexOf(path);
		if (at >= 0) cycles.push(`cycle of imports: ${[...open.slice(at), path].join(" -> ")}`);
		if (at >= 0 || done.has(path)) return;
		open.push(path);
		for (const next of graph.get(path) ?? []) visit(next);
		open.pop();
		done.add(path);
	};
	for (const path of graph.keys()) visit(path);
	return cycles;
}

/** Every violation below `root`, one line each. */
export function checkLayers(root: string): string[] {
	const problems: string[] = [];
	const graph = new Map<string, string[]>();
	for (const file of sourceFiles(["src", "assembly"], [".ts", ".tsx"], root)) {
		// Ambient declarations touch nothing.
		if (file.endsWith(".d.ts")) continue;
		const facts = readModule(readFileSync(join(root, file), "utf8"));
		const path = file.replaceAll("\\", "/");
		if (path.startsWith("src/")) problems.push(...checkModule(path.slice("src/".length), facts));
		const targets: string[] = [];
		for (const { specifier, typeOnly } of facts.imports) {
			if (!specifier.startsWith(".")) {
				if (path.startsWith("assembly/")) problems.push(`${path}: imports ${specifier}; the kernel imports nothing`);
				continue;
			}
			const target = posix.join(posix.dirname(path), specifier);
			if (path.startsWith("assembly/") && !target.startsWith("assembly/"))
				problems.push(`${path}: imports ${specifier}, outside assembly/`);
			if (!typeOnly) targets.push(target.replace(/\.js$|(?<!\.ts)$/, ".ts"));
		}
		graph.set(path, targets);
	}
	return [...problems, ...findCycles(graph)];
}

if (process.argv[1] && resolve(process.argv[1]) === import.meta.filename) {
	const problems = checkLayers(resolve(process.argv[2] ?? packageRoot));
	for (const problem of problems) process.stderr.write(`${problem}\n`);
	process.exit(problems.length === 0 ? 0 : 1);
}
