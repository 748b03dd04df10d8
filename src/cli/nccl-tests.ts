/** Files with the output of nccl-tests. */
import type { MeasuredCollective } from "../config/hardware.js";
import { parseNcclTests } from "../cost/collectives/nccl-tests.js";
import { readText } from "../lib/read-text.js";

export function readNcclTests(paths: readonly string[]): MeasuredCollective[] {
	return paths.flatMap((path) => parseNcclTests(readText(path, "give what an nccl-tests program printed"), path));
}
