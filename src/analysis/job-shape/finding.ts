/** A fact about a job and how it was found. */
import type { Found } from "../../trace/columns.js";
import { addTo, mostFrequent } from "./counts.js";

export interface Finding<T extends number | string> {
	/** null where it was not found. */
	readonly value: T | null;
	readonly found: Found;
}

export const unknown = { value: null, found: "unknown" } as const;

export const fromMetadata = <T extends number | string>(value: T): Finding<T> => ({ value, found: "metadata" });

/** An inference from events; `unknown` where there is nothing to infer from, or sizes of 0, which no job has. */
export function inferred<T extends number | string>(value: T | null | undefined): Finding<T> {
	return value === null || value === undefined || value === 0 ? unknown : { value, found: "inferred" };
}

/** The value that most ranks give, the first of equals; null where none gives any. */
export function mostCommon<T extends number | string>(values: Iterable<T | null | undefined>): T | null {
	const votes = new Map<T, number>();
	for (const value of values) if (value !== null && value !== undefined) addTo(votes, value, 1);
	return mostFrequent(votes);
}
