/** The identities of pids and tids, as assembly/scan/tracks.ts makes them: numbers, or ids of texts. */
import type { StringTable } from "./columns.js";

const TEXT = 1n << 62n;
const MISSING = -(1n << 63n);

export function identityText(identity: bigint, strings: StringTable): string {
	if (identity === MISSING) return "";
	return identity >= TEXT ? strings.get(Number(identity - TEXT)) : identity.toString();
}
