/** What Kineto writes about a collective, on the CPU's side and on the kernel's. */
import type { CollectiveInfo } from "../program/instructions.js";

export function collectiveArgs(collective: CollectiveInfo): Readonly<Record<string, unknown>> {
	const { name, group, inElements, outElements, dtype, source, destination } = collective;
	return {
		"Collective name": name,
		"In msg nelems": inElements,
		"Out msg nelems": outElements,
		"Group size": group.ranks.length,
		dtype,
		"In split size": "[]",
		"Out split size": "[]",
		"Process Group Name": String(group.id),
		"Process Group Description": group.description,
		"Process Group Ranks": `[${group.ranks.join(", ")}]`,
		"Dst Rank": destination,
		"Src Rank": source,
	};
}
