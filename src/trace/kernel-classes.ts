/**
 * What a kernel does, by its name: an ordered table of patterns, the first that matches decides. What nothing matches
 * computes. Users put a table of their own in front (`loadKernelClasses`).
 */
import { readFileSync } from "node:fs";
import { UserError } from "../lib/errors.js";

export const kernelClasses = ["compute", "communication", "memory"] as const;
export type KernelClass = (typeof kernelClasses)[number];
export type KernelClassTable = readonly (readonly [pattern: RegExp, kernelClass: KernelClass])[];

export const builtInKernelClasses: KernelClassTable = [
	// Collective libraries: NCCL and RCCL share names; HCCL (Gaudi, Ascend), oneCCL, MSCCL++.
	[/^(nccl|rccl|hccl|oneccl|mscclpp?)|\b(nccl|rccl|hccl|oneccl|mscclpp?)::/i, "communication"],
	[/nccl(Dev)?Kernel|rcclKernel|ncclSymk|mscclKernel/i, "communication"],
	[/^(hcom_|allreduce_|allgather_|reduce_?scatter_|alltoall)/i, "communication"],
	// Expert-parallel exchange (DeepEP and its relatives).
	[
		/\b(deep_ep|dpsk::ep|pplx|uccl::ep|mori)::|\b(internode|intranode|internode_ll)::(\w+::)*\w*(dispatch|combine|notify)/i,
		"communication",
	],
	// One-shot and two-shot all-reduce of inference engines (vLLM, SGLang, TensorRT-LLM, AITER).
	[
		/cross_device_reduce|custom_?all_?reduce|(one|two)_?shot_?all_?reduce|quick_?all_?reduce|lamport|multimem_\w*reduce/i,
		"communication",
	],
	// One-sided communication and symmetric memory.
	[/nvshmem|rocshmem|symm_?mem\w*(reduce|gather|scatter|all_to_all)/i, "communication"],
	[
		/^(memcpy|memset|\[memory\]|copybuffer|fillbuffer)\b|^Mem(cpy|set) |^__amd_rocclr_(copy|fill)Buffer|\bdma_(copy|transfer)\b/i,
		"memory",
	],
];

/** @param extra asked before the built-in table. */
export function classifyKernel(name: string, extra: KernelClassTable = []): KernelClass {
	for (const [pattern, kernelClass] of extra) if (pattern.test(name)) return kernelClass;
	for (const [pattern, kernelClass] of builtInKernelClasses) if (pattern.test(name)) return kernelClass;
	return "compute";
}

/**
 * Reads a table of a user: a JSON array of `{ "pattern": "regular expression", "class": "compute|communication|memory" }`.
 * Patterns ignore case and match anywhere in the name.
 * @throws UserError that names the file and the entry.
 */
export function loadKernelClasses(file: string): KernelClassTable {
	let text: string;
	try {
		text = readFileSync(file, "utf8");
	} catch (error) {
		throw new UserError(`${file}: cannot be read (${(error as NodeJS.ErrnoException).code ?? error})`);
	}
	let entries: unknown;
	try {
		entries = JSON.parse(text);
	} catch (error) {
		throw new UserError(`${file}: not JSON (${firstLine(error)}); ${EXPECTED}`);
	}
	if (!Array.isArray(entries)) throw new UserError(`${file}: not an array; ${EXPECTED}`);
	return entries.map((entry, index) => readEntry(file, index, entry));
}

const EXPECTED = 'give [{ "pattern": "my_all_reduce", "class": "communication" }, ...]';

function readEntry(file: string, index: number, entry: unknown): readonly [RegExp, KernelClass] {
	const { pattern, class: name } = (entry ?? {}) as { pattern?: unknown; class?: unknown };
	if (typeof pattern !== "string" || pattern === "") {
		throw new UserError(`${file}: entry ${index + 1} has no "pattern"; ${EXPECTED}`);
	}
	const kernelClass = kernelClasses.find((known) => known === name);
	if (kernelClass === undefined) {
		throw new UserError(
			`${file}: entry ${index + 1} has class ${JSON.stringify(name) ?? "none"}; give one of ${kernelClasses.join(", ")}`,
		);
	}
	try {
		return [new RegExp(pattern, "i"), kernelClass];
	} catch (error) {
		throw new UserError(`${file}: entry ${index + 1} is no regular expression (${firstLine(error)})`);
	}
}

function firstLine(error: unknown): string {
	return (error instanceof Error ? error.message : String(error)).split("\n")[0]!;
}
