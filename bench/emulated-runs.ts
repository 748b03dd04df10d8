/** Runs of the emulator for benchmarks: their traces, how long they truly took, and nccl-tests of the emulated cluster. */
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { MeasuredCollective } from "../src/config/hardware.js";
import type { CollectiveOp } from "../src/cost/cost-model.js";
import { joinBlocks } from "../src/graph/build.js";
import { readRank } from "../src/ingest/rank-read.js";
import { factsOfRanks, type TracedRun } from "../src/predict/traced-base.js";
import { type CollectiveKind, collectiveNs } from "../src/synth/wire-time.js";

/** Writes the traces of a run, unless they are there. */
export function emulate(folder: string, flags: readonly string[]): void {
	if (existsSync(join(folder, "truth.json"))) return;
	const args = ["dist/cli/main.js", "synth", "-o", folder, "--steps", "1", ...flags];
	execFileSync(process.execPath, args, { stdio: ["ignore", "ignore", "inherit"] });
}

export async function readRun(folder: string): Promise<TracedRun> {
	const files = readdirSync(folder)
		.filter((name) => /^rank\d+/.test(name))
		.sort((a, b) => Number.parseInt(a.slice(4), 10) - Number.parseInt(b.slice(4), 10));
	const options = { read: {}, kernelClasses: undefined, meets: true, graph: true, shape: true, shared: false };
	const reads = [];
	for (const name of files) reads.push(await readRank(join(folder, name), { ...options, labels: true }));
	const blocks = reads.map(({ block }) => block!);
	const surveys = reads.map(({ survey }) => survey!);
	return { graph: joinBlocks(blocks).graph, facts: factsOfRanks(blocks, surveys) };
}

/** Of the last step, from the slowest rank's view. */
export function truthMs(folder: string): number {
	const { steps } = JSON.parse(readFileSync(join(folder, "truth.json"), "utf8")) as {
		steps: readonly { iterationNs: number }[];
	};
	return steps.at(-1)!.iterationNs / 1e6;
}

/**
 * What nccl-tests would print on the emulated cluster: inside a node, and over two and four nodes with as many GPUs of
 * each as groups of a job may have there (NCCL_TESTS_SPLIT runs all such groups of the nodes at once).
 */
export function ncclTests(gpusPerNode: number): MeasuredCollective[] {
	const kinds: readonly (readonly [CollectiveOp, CollectiveKind])[] = [
		["allReduce", "allreduce"],
		["allGather", "_allgather_base"],
		["reduceScatter", "_reduce_scatter_base"],
		["broadcast", "broadcast"],
	];
	const bytes = Array.from({ length: 22 }, (_, i) => 1024 * 2 ** i);
	const inside = [2, 4, 8].map((size) => Array.from({ length: size }, (_, rank) => rank));
	const across = [1, 2, 4, 8].flatMap((perNode) =>
		[2, 4].map((nodes) =>
			Array.from({ length: nodes * perNode }, (_, i) => gpusPerNode * Math.floor(i / perNode) + (i % perNode)),
		),
	);
	const groups = [...inside, ...across];
	return kinds.flatMap(([op, kind]) =>
		groups.map((ranks) => ({
			op,
			size: ranks.length,
			nodes: new Set(ranks.map((rank) => Math.floor(rank / gpusPerNode))).size,
			bytes,
			ns: bytes.map((size) => collectiveNs(kind, size, ranks, gpusPerNode)),
		})),
	);
}
