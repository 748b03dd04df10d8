/** The top-level keys beside `traceEvents`, parsed with patience: real files hold control characters and bare NaN. */
import type { HeaderPart } from "./scanner/scanner.js";

export interface Header {
	readonly values: Readonly<Record<string, unknown>>;
	/** The text of a value, for what a double cannot hold. */
	readonly texts: ReadonlyMap<string, string>;
	readonly repeated: readonly string[];
	readonly unreadable: readonly string[];
}

export function readHeader(parts: readonly HeaderPart[], dropped: ReadonlySet<string>): Header {
	// No prototype: a trace may call a key `__proto__`.
	const values: Record<string, unknown> = Object.create(null);
	const texts = new Map<string, string>();
	const repeated: string[] = [];
	const unreadable: string[] = [...dropped];
	for (const part of parts) {
		const text = Buffer.concat(part.parts).toString("utf8").trim();
		if (texts.has(part.key)) repeated.push(part.key);
		if (dropped.has(part.key)) continue;
		texts.set(part.key, text);
		const value = parseLeniently(text);
		if (value === undefined) unreadable.push(part.key);
		else values[part.key] = value;
	}
	return { values, texts, repeated, unreadable };
}

/** The value of a JSON text; control characters in strings become spaces, NaN and infinities null. */
export function parseLeniently(text: string): unknown {
	for (const attempt of [text, withoutControls(text), withoutNonFinite(withoutControls(text))]) {
		try {
			return JSON.parse(attempt) as unknown;
		} catch {
			// The next attempt forgives more.
		}
	}
	return undefined;
}

function withoutControls(text: string): string {
	// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
	return text.replace(/[\u0000-\u001f]/g, " ");
}

function withoutNonFinite(text: string): string {
	return text.replace(/"(?:[^"\\]|\\.)*"|-?\b(?:NaN|nan|Infinity|inf)\b/g, (token) =>
		token.startsWith('"') ? token : "null",
	);
}
