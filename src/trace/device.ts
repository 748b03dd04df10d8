/** The device that the kernels ran on, by the header's list of devices. */
import { Category, type EventColumns, type Track } from "./columns.js";
import { parseLeniently } from "./header.js";

/** Name of the device with most rows; empty without device rows. */
export function readDeviceName(properties: unknown, events: EventColumns, tracks: readonly Track[]): string {
	const rows = new Map<string, number>();
	const perTrack = new Uint32Array(tracks.length);
	for (let row = 0; row < events.count; row++) {
		if (events.category[row] === Category.kernel) perTrack[events.track[row]!]!++;
	}
	perTrack.forEach((count, track) => {
		const { pid } = tracks[track]!;
		if (count > 0) rows.set(pid, (rows.get(pid) ?? 0) + count);
	});
	const busiest = [...rows].sort((a, b) => b[1] - a[1])[0];
	if (busiest === undefined) return "";
	const list = typeof properties === "string" ? parseLeniently(properties) : properties;
	const devices = (Array.isArray(list) ? list : [list]).filter(
		(device): device is Record<string, unknown> => typeof device === "object" && device !== null,
	);
	const device = devices.find(({ id }) => String(id) === busiest[0]) ?? devices[0];
	const name = device?.name;
	return typeof name === "string" ? name : "";
}
