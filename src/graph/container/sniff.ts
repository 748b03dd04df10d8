/** Tells containers from other files without loading what reads them. */
import { closeSync, openSync, readSync } from "node:fs";
import { MAGIC } from "./layout.js";

/** Whether a file starts as a container does; false where it cannot be read. */
export function isContainer(path: string): boolean {
	let fd: number;
	try {
		fd = openSync(path, "r");
	} catch {
		return false;
	}
	try {
		const start = new Uint8Array(MAGIC.length);
		return readSync(fd, start) === start.length && MAGIC.every((byte, i) => start[i] === byte);
	} catch {
		return false;
	} finally {
		closeSync(fd);
	}
}
