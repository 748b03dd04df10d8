/** Files with the output of nccl-tests. */
import { readFileSync } from "node:fs";
import type { MeasuredCollective } from "../config/hardware.js";
import { parseNcclTests } from "../cost/collectives/nccl-tests.js";
import { UserError } from "../lib/errors.js";

export function readNcclTests(paths: readonly string[]): MeasuredCollective[] {
	return paths.flatMap((path) => parseNcclTests(textOf(path), path));
}

function textOf(path: string): string {
	try {
		return readFileSync(path, "utf8");
	} catch (error) {
		const { code } = error as NodeJS.ErrnoException;
		const why =
			code === "ENOENT" ? "no such file" : code === "EISDIR" ? "a folder, not a file" : `cannot be read (${code})`;
		throw new UserError(`${path}: ${why}; give what an nccl-tests program printed`);
	}
}
