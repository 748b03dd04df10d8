/** What the header and the file name say of the job: rank, world size, process groups. */
import { basename } from "node:path";
import type { Found, ProcessGroup } from "./columns.js";
import { parseLeniently } from "./header.js";

export interface JobFacts {
	readonly rank: number;
	readonly rankFound: Found;
	readonly worldSize: number;
	readonly worldSizeFound: Found;
	readonly backend: string;
	readonly processGroups: readonly ProcessGroup[];
}

type Fields = Readonly<Record<string, unknown>>;

/** @param given the rank that the user gave, if any. */
export function readJob(header: Fields, path: string, given?: number): JobFacts {
	const info = fieldsOf(header.distributedInfo);
	const processGroups = readGroups(info.pg_config);
	const rank = integer(info.rank) ?? integer(header.rank);
	const worldSize = integer(info.world_size) ?? integer(header.world_size);
	const named = rankInName(path);
	const backend = [text(info.backend), ...processGroups.map((group) => group.backend)].find(
		(name) => name !== "" && name !== "undefined",
	);
	return {
		rank: given ?? rank ?? named ?? 0,
		rankFound:
			given !== undefined ? "given" : rank !== undefined ? "metadata" : named !== undefined ? "file name" : "unknown",
		worldSize: worldSize ?? Math.max(1, ...processGroups.map(({ size }) => size)),
		worldSizeFound: worldSize !== undefined ? "metadata" : processGroups.length > 0 ? "inferred" : "unknown",
		backend: backend ?? "",
		processGroups,
	};
}

/** `rank0.pt.trace.json.gz`, `rank-3.json`, `trace_rank_12.json`; the last in the name. */
export function rankInName(path: string): number | undefined {
	const match = [...basename(path).matchAll(/(?<![a-z])rank[-_ .]?(\d{1,7})(?!\d)/gi)].at(-1);
	return match === undefined ? undefined : Number(match[1]);
}

function readGroups(value: unknown): ProcessGroup[] {
	const groups = typeof value === "string" ? parseLeniently(value) : value;
	if (!Array.isArray(groups)) return [];
	return groups.map((entry: unknown) => {
		const group = fieldsOf(entry);
		const ranks = rankList(group.ranks);
		return {
			name: text(group.pg_name),
			desc: text(group.pg_desc),
			backend: text(group.backend_config),
			size: integer(group.pg_size) ?? ranks.length,
			ranks,
		};
	});
}

function rankList(value: unknown): number[] {
	const list = typeof value === "string" ? parseLeniently(value) : value;
	return Array.isArray(list) ? list.map(integer).filter((rank) => rank !== undefined) : [];
}

/** An object, or a string that holds one. */
function fieldsOf(value: unknown): Fields {
	const object = typeof value === "string" ? parseLeniently(value) : value;
	return typeof object === "object" && object !== null && !Array.isArray(object) ? (object as Fields) : {};
}

function integer(value: unknown): number | undefined {
	const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
	return typeof number === "number" && Number.isSafeInteger(number) && number >= 0 ? number : undefined;
}

/** Unquoted where it was quoted twice. */
function text(value: unknown): string {
	if (typeof value === "number") return String(value);
	if (typeof value !== "string") return "";
	return value.length >= 2 && value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : value;
}
