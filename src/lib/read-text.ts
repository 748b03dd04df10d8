/** Reads a text file that a user named. */
import { readFileSync } from "node:fs";
import { UserError } from "./errors.js";

/**
 * @param remedy what to do where it cannot be read
 * @throws UserError `path: what is wrong; remedy`
 */
export function readText(path: string, remedy: string): string {
	try {
		return readFileSync(path, "utf8");
	} catch (error) {
		const { code } = error as NodeJS.ErrnoException;
		const why =
			code === "ENOENT" ? "no such file" : code === "EISDIR" ? "a folder, not a file" : `cannot be read (${code})`;
		throw new UserError(`${path}: ${why}; ${remedy}`);
	}
}
