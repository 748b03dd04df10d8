/** Descriptions have Megatron's names in snake_case, code has camelCase, flags have kebab-case: one name, three spellings. */

export type CamelKey<S extends string> = S extends `${infer Head}_${infer Tail}`
	? `${Head}${Capitalize<CamelKey<Tail>>}`
	: S;

/** The same object with camelCase keys, plain objects inside it too. */
export type CamelKeys<T> = T extends readonly unknown[]
	? T
	: T extends object
		? { readonly [K in keyof T as K extends string ? CamelKey<K> : K]: CamelKeys<T[K]> }
		: T;

export function camelKey(key: string): string {
	return key.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

export function snakeKey(key: string): string {
	return key.replace(/([A-Z])/g, (letter) => `_${letter.toLowerCase()}`);
}

export function camelKeys<T>(value: T): CamelKeys<T> {
	return mapKeys(value, camelKey) as CamelKeys<T>;
}

/** For writing a description: the opposite of {@link camelKeys} for keys without a digit after an underscore. */
export function snakeKeys(value: unknown): unknown {
	return mapKeys(value, snakeKey);
}

function mapKeys(value: unknown, rename: (key: string) => string): unknown {
	if (value === null || typeof value !== "object" || Array.isArray(value)) return value;
	return Object.fromEntries(Object.entries(value).map(([key, inner]) => [rename(key), mapKeys(inner, rename)]));
}
