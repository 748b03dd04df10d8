import { type Stats, statSync } from "node:fs";

/** Undefined for what cannot be looked at: whoever opens it says why. */
export function statOrUndefined(path: string): Stats | undefined {
	try {
		return statSync(path);
	} catch {
		return undefined;
	}
}
