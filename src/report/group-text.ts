/** Process groups as traces name them: a list of ranks, or a name. */
import { rangesOf } from "../lib/ranges.js";
import { printable, shortenName } from "./names.js";

/** The ranks of `[0, 1, 2]`, ascending; undefined for a name. */
export function ranksOfGroup(group: string): number[] | undefined {
	if (!/^\[\d+(, ?\d+)*\]$/.test(group)) return undefined;
	return (JSON.parse(group) as number[]).sort((a, b) => a - b);
}

/** `ranks 16-18` for a list of ranks, in at most about `width` characters; names stay. */
export function groupText(group: string, width: number, ellipsis: string): string {
	const ranks = ranksOfGroup(group);
	return ranks === undefined
		? shortenName(printable(group), width, ellipsis)
		: `ranks ${shortenName(rangesOf(ranks), width, ellipsis)}`;
}
