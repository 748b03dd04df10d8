/**
 * The communicators of a job: which operations of which ranks were called on the same process group.
 *
 * A group is told by the ranks it has, from the metadata of the operation or, by name, from the header. Groups of the
 * same ranks are told apart by name; in some versions of PyTorch a name is a counter of each rank's own, so that names
 * that never agree are taken in their order.
 */
import { NONE } from "../../trace/columns.js";
import type { RankComms } from "./rank-comms.js";

export interface CommGroup {
	/** What reports call it: its ranks where they are known, else its name. */
	readonly label: string;
	readonly description: string;
	readonly size: number;
	/** Ranks of the job, in the order of the group; empty where not known. */
	readonly members: readonly number[];
}

export interface CommGroups {
	readonly groups: readonly CommGroup[];
	/** Per rank at hand, of each of its operations: the group, or NONE where nothing is recorded. */
	readonly groupOf: readonly Int32Array[];
}

/** One group as one rank names it. */
interface Named {
	readonly rank: number;
	readonly name: string;
	readonly description: string;
	readonly size: number;
	readonly members: readonly number[];
	/** Groups of different keys are different; those of one key may be told apart by name. */
	readonly key: string;
}

export function findGroups(ranks: readonly RankComms[]): CommGroups {
	const named: Named[] = [];
	const localOf = ranks.map((comms, r) => nameGroups(comms, r, named));
	const byKey = new Map<string, Named[]>();
	for (const one of named) {
		const same = byKey.get(one.key);
		if (same) same.push(one);
		else byKey.set(one.key, [one]);
	}
	const groups: CommGroup[] = [];
	const idOf = new Map<Named, number>();
	for (const same of byKey.values()) {
		const ids = new Map<string, number>();
		const nameOf = commonNames(same);
		for (const one of same) {
			const name = nameOf(one);
			let id = ids.get(name);
			if (id === undefined) {
				id = groups.push({ ...one, label: labelOf(one) }) - 1;
				ids.set(name, id);
			}
			idOf.set(one, id);
		}
	}
	const ids = Int32Array.from(named, (one) => idOf.get(one)!);
	return { groups, groupOf: localOf.map((local) => local.map((one) => (one === NONE ? NONE : ids[one]!))) };
}

/** Adds the groups that a rank's operations name; of each operation the index in `named`. */
function nameGroups(comms: RankComms, r: number, named: Named[]): Int32Array {
	const { count, groupName, groupRanks, groupSize, groupDesc, strings } = comms;
	const ids = new Map<string, number>();
	const groupOf = new Int32Array(count).fill(NONE);
	let last = "";
	let lastId = NONE;
	for (let i = 0; i < count; i++) {
		if (groupName[i] === 0 && groupRanks[i] === 0) continue;
		const key = `${groupName[i]} ${groupRanks[i]} ${groupSize[i]}`;
		if (key !== last) {
			last = key;
			lastId = ids.get(key) ?? NONE;
			if (lastId === NONE) {
				const name = strings[groupName[i]!]!;
				lastId =
					named.push(nameGroup(comms, r, name, strings[groupRanks[i]!]!, groupSize[i]!, strings[groupDesc[i]!]!)) - 1;
				ids.set(key, lastId);
			}
		}
		groupOf[i] = lastId;
	}
	return groupOf;
}

function nameGroup(
	{ processGroups, worldSize }: RankComms,
	rank: number,
	name: string,
	ranksText: string,
	recordedSize: number,
	description: string,
): Named {
	const header = processGroups.find(
		(group) => group.name === name && (recordedSize < 0 || group.size === recordedSize),
	);
	let members = ranksOf(ranksText);
	if (members.length === 0 && header) members = header.ranks;
	const size = members.length > 0 ? members.length : recordedSize;
	if (members.length === 0 && size === worldSize) members = Array.from({ length: size }, (_, i) => i);
	const key = members.length > 0 ? members.join() : `${name}|${ranksText}|${size}`;
	return { rank, name, description: description || (header?.desc ?? ""), size, members, key };
}

/** Of `[0, 2]`; long lists are recorded as `[0, 1, ..., 63]` and say too little. */
export function ranksOf(text: string): readonly number[] {
	return /^\[\s*\d+(?:\s*,\s*\d+)*\s*\]$/.test(text) ? text.slice(1, -1).split(",").map(Number) : [];
}

/** Under which name all ranks know a group of one key. */
function commonNames(same: readonly Named[]): (one: Named) => string {
	const namesOf = new Map<number, string[]>();
	for (const { rank, name } of same) {
		const names = namesOf.get(rank) ?? [];
		if (!names.includes(name)) names.push(name);
		namesOf.set(rank, names);
	}
	const lists = [...namesOf.values()];
	if (lists.every((names) => names.length === 1)) return () => "";
	// Each name is known to several ranks, or else names are each rank's own.
	const known = new Set(lists[0]);
	const agree = lists.some((names, i) => i > 0 && names.some((name) => known.has(name)));
	if (agree || lists.some((names) => names.length !== lists[0]!.length)) return ({ name }) => name;
	for (const names of lists) names.sort(byCounter);
	return ({ rank, name }) => String(namesOf.get(rank)!.indexOf(name));
}

function byCounter(a: string, b: string): number {
	const difference = Number(a) - Number(b);
	if (Number.isFinite(difference) && difference !== 0) return difference;
	return a < b ? -1 : a > b ? 1 : 0;
}

function labelOf({ members, name, size }: Named): string {
	return members.length > 0 ? `[${members.join(", ")}]` : `${name} of ${size}`;
}
