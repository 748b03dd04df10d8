/** Tracks with the names that metadata events give to their threads and processes. */
import type { StringTable, Track } from "./columns.js";
import { identityText } from "./identities.js";
import type { RawTracks } from "./scanner/tables.js";

export interface Labels {
	readonly kind: Uint32Array;
	readonly pid: BigInt64Array;
	readonly tid: BigInt64Array;
	readonly text: Uint32Array;
}

export function nameTracks(raw: RawTracks, labels: Labels, strings: StringTable): Track[] {
	const processes = new Map<bigint, string>();
	const threads = new Map<string, string>();
	for (let row = 0; row < labels.kind.length; row++) {
		const kind = strings.get(labels.kind[row]!);
		const text = strings.get(labels.text[row]!);
		if (kind === "process_name") processes.set(labels.pid[row]!, text);
		else if (kind === "thread_name") threads.set(`${labels.pid[row]}/${labels.tid[row]}`, text);
	}
	return Array.from(raw.pid, (pid, track) => ({
		pid: identityText(pid, strings),
		tid: identityText(raw.tid[track]!, strings),
		name: threads.get(`${pid}/${raw.tid[track]}`) ?? "",
		processName: processes.get(pid) ?? "",
	}));
}
