/** Reads a YAML description and checks it; what is wrong is said with file, line and column. */
import { type Document, isMap, isNode, isPair, isScalar, LineCounter, parseDocument } from "yaml";
import type { z } from "zod";
import { UserError } from "../lib/errors.js";
import { nearestWord } from "./nearest-word.js";

type Issue = z.core.$ZodIssue;

/**
 * The value of a YAML text (JSON is YAML, too) that a schema accepts.
 * @param path named in errors
 * @throws UserError `path:line:column: what is wrong; what to do`, of an unknown key if there is one
 */
export function readDescription<S extends z.ZodType>(path: string, text: string, schema: S): z.output<S> {
	const lines = new LineCounter();
	const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
	const at = (offset: number): string => {
		const { line, col } = lines.linePos(offset);
		return `${path}:${line}:${col}`;
	};
	const [broken] = document.errors;
	if (broken) throw new UserError(`${at(broken.pos[0])}: ${broken.message.split("\n")[0]}`);
	const result = schema.safeParse(plainValue(document, path));
	if (result.success) return result.data;
	// A misspelt key leaves the right one missing: the misspelling is what helps.
	const { issues } = result.error;
	const issue = issues.find(({ code }) => code === "unrecognized_keys") ?? issues[0];
	const more = issues.slice(1);
	const others = more.length === 0 ? "" : ` (and ${more.length} more)`;
	throw new UserError(`${at(offsetOf(document, issue!))}: ${describeIssue(issue!, schema)}${others}`);
}

function plainValue(document: Document, path: string): unknown {
	try {
		return document.toJS({ maxAliasCount: 100 });
	} catch (error) {
		throw new UserError(`${path}: ${(error as Error).message}; write out what the aliases stand for`);
	}
}

/** Where the trouble stands: the unknown key itself, else the value, else the nearest thing around what is missing. */
function offsetOf(document: Document, issue: Issue): number {
	const path = [...issue.path] as (string | number)[];
	if (issue.code === "unrecognized_keys") {
		const map = path.length === 0 ? document.contents : document.getIn(path, true);
		const pair = isMap(map) ? map.items.find(({ key }) => isScalar(key) && key.value === issue.keys[0]) : undefined;
		if (isPair(pair) && isNode(pair.key)) return pair.key.range?.[0] ?? 0;
	}
	for (;;) {
		const node = path.length === 0 ? document.contents : document.getIn(path, true);
		if (isNode(node) && node.range) return node.range[0];
		if (path.length === 0) return 0;
		path.pop();
	}
}

function describeIssue(issue: Issue, schema: z.ZodType): string {
	const where = issue.path.join(".");
	if (issue.code === "unrecognized_keys") {
		const key = issue.keys[0]!;
		const known = keysAt(schema, issue.path);
		const near = nearestWord(key, known);
		const remedy = near === undefined ? `known are ${known.join(", ")}` : `did you mean ${near}?`;
		return `unknown key ${where === "" ? key : `${where}.${key}`}; ${remedy}`;
	}
	const missing = issue.code === "invalid_type" && issue.message.endsWith("received undefined");
	if (missing) return `${where === "" ? "the description" : where} is missing; give ${expected(issue)}`;
	return `${where === "" ? "the description" : where}: ${plainMessage(issue)}`;
}

function expected(issue: Issue): string {
	return /expected (\w+)/.exec(issue.message)?.[1]?.replace(/^/, "a ") ?? "it";
}

/** Zod's message without its category: `expected number to be >0`. */
export function plainMessage(issue: Issue): string {
	return issue.message.replace(/^(Invalid input|Invalid option|Too small|Too big): /, "");
}

/** The keys that a schema knows at a path. */
function keysAt(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
	let here = unwrap(schema);
	for (const key of path) {
		const shape = (here as { shape?: Record<string, z.ZodType> }).shape;
		const element = (here as { element?: z.ZodType }).element;
		const inner = typeof key === "number" ? element : shape?.[String(key)];
		if (!inner) return [];
		here = unwrap(inner);
	}
	return Object.keys((here as { shape?: object }).shape ?? {});
}

/** The schema inside defaults and optionals. */
export function unwrap(schema: z.ZodType): z.ZodType {
	let here = schema;
	for (;;) {
		const inner = (here.def as { innerType?: z.ZodType }).innerType;
		if (!inner) return here;
		here = inner;
	}
}
