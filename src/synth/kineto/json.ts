/** JSON with a space after colons and commas, as Kineto writes it. */
export function spaced(value: unknown): string {
	if (Array.isArray(value)) return `[${value.map(spaced).join(", ")}]`;
	if (value === null || typeof value !== "object") return JSON.stringify(value);
	return `{${fields(value as Readonly<Record<string, unknown>>)}}`;
}

/** The inside of an object; undefined values are left out. */
export function fields(object: Readonly<Record<string, unknown>>): string {
	return Object.entries(object)
		.filter(([, value]) => value !== undefined)
		.map(([key, value]) => `${JSON.stringify(key)}: ${spaced(value)}`)
		.join(", ");
}
