/**
 * How far predictions from traces are off: pairs of emulated runs, of which the base is given as traces and the target
 * only to compare with. The emulator's constants are not those of the cost models; what a user of a real cluster would
 * have, nccl-tests of it, is given.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FLAGS } from "../src/config/flags.js";
import type { MeasuredCollective } from "../src/config/hardware.js";
import { loadHardware } from "../src/config/load.js";
import { overridesOf } from "../src/config/overrides.js";
import { type CollectiveOp, costModel } from "../src/cost/cost-model.js";
import { joinBlocks } from "../src/graph/build.js";
import { readRank } from "../src/ingest/rank-read.js";
import { factsOfRanks, predictFromTraces, type TracedRun } from "../src/predict/from-traces.js";
import { tracedInterval } from "../src/predict/uncertainty.js";
import { type CollectiveKind, collectiveNs } from "../src/synth/wire-time.js";

interface Pair {
	readonly kind: "parallelism" | "shape" | "shape, small kernels";
	readonly base: string;
	readonly target: string;
}

/** Few layers, so that the traces are small; widths and batches as of real models, so that kernels fill the GPU. */
const MODEL =
	"--num-layers 8 --hidden-size 4096 --num-attention-heads 32 --seq-length 2048 --micro-batch-size 2 --num-micro-batches 8";
/** Kernels that do not fill the GPU, where quantisation and launches count most. */
const SMALL =
	"--num-layers 4 --hidden-size 2048 --num-attention-heads 16 --seq-length 2048 --num-micro-batches 4 --steps 1";
const BASES: Readonly<Record<string, string>> = {
	small: `${SMALL} --tp 2 --pp 2 --dp 2`,
	"tp2 pp1 dp2": `${MODEL} --tp 2 --pp 1 --dp 2 --steps 1`,
	"tp2 pp2 dp2": `${MODEL} --tp 2 --pp 2 --dp 2 --steps 1`,
	"tp2 pp2 dp2 overlap zero-1": `${MODEL} --tp 2 --pp 2 --dp 2 --steps 1 --overlap-grad-reduce --use-distributed-optimizer`,
};
const pairs = (kind: Pair["kind"], base: string, targets: readonly string[]): Pair[] =>
	targets.map((target) => ({ kind, base, target }));
const PAIRS: readonly Pair[] = [
	...pairs("parallelism", "tp2 pp2 dp2", [
		"--dp 4 --num-micro-batches 8",
		"--dp 8 --num-micro-batches 8",
		"--dp 1 --num-micro-batches 8",
		"--pp 4",
		"--num-layers 16",
		"--num-micro-batches 16",
		"--pp 4 --dp 4 --num-layers 16 --num-micro-batches 16",
	]),
	...pairs("parallelism", "tp2 pp2 dp2", ["--pp 1"]),
	...pairs("parallelism", "tp2 pp1 dp2", ["--pp 2", "--pp 4"]),
	...pairs("parallelism", "small", ["--dp 4 --num-micro-batches 4", "--pp 4", "--num-layers 8"]),
	...pairs("parallelism", "tp2 pp2 dp2 overlap zero-1", ["--dp 4 --num-micro-batches 8", "--pp 4", "--num-layers 16"]),
	...pairs("shape", "tp2 pp2 dp2", [
		"--tp 4",
		"--tp 1",
		"--hidden-size 6144 --num-attention-heads 48 --ffn-hidden-size 24576",
		"--ffn-hidden-size 12288",
		"--seq-length 4096",
		"--micro-batch-size 4 --num-micro-batches 8",
	]),
	...pairs("shape, small kernels", "small", [
		"--tp 4",
		"--tp 1",
		"--hidden-size 4096 --num-attention-heads 32 --ffn-hidden-size 16384",
		"--ffn-hidden-size 12288",
		"--seq-length 4096",
		"--micro-batch-size 2 --num-micro-batches 4",
	]),
];

const lumos = (args: readonly string[]): void => {
	execFileSync(process.execPath, ["dist/cli/main.js", ...args], { stdio: ["ignore", "ignore", "inherit"] });
};

async function readRun(folder: string): Promise<TracedRun> {
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

function truthMs(folder: string): number {
	const { steps } = JSON.parse(readFileSync(join(folder, "truth.json"), "utf8")) as {
		steps: readonly { iterationNs: number }[];
	};
	return steps.at(-1)!.iterationNs / 1e6;
}

/**
 * What nccl-tests would print on the emulated cluster: inside a node, and over two and four nodes with as many GPUs of
 * each as groups of a job may have there (NCCL_TESTS_SPLIT runs all such groups of the nodes at once).
 */
function ncclTests(gpusPerNode: number): MeasuredCollective[] {
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

const flagNames = new Set(FLAGS.map(({ flag }) => flag));
function overridesFrom(text: string): ReturnType<typeof overridesOf> {
	const words = text.split(" ");
	const given: [string, string | boolean][] = [];
	words.forEach((word, i) => {
		if (!flagNames.has(word)) return;
		const next = words[i + 1];
		given.push([word, next === undefined || next.startsWith("--") ? true : next]);
	});
	return overridesOf(given);
}

/** Flags of the base, with those of the target in their place. */
function targetFlags(base: string, target: string): string[] {
	const words = new Map<string, string>();
	for (const text of [base, target]) {
		const parts = text.split(/ ?(--[a-z-]+) ?/).slice(1);
		for (let i = 0; i < parts.length; i += 2) words.set(parts[i]!, parts[i + 1]!.trim());
	}
	return [...words].flatMap(([flag, value]) => (value === "" ? [flag] : [flag, value]));
}

const scratch = mkdtempSync(join(tmpdir(), "lumos-pairs-"));
const only = process.argv[2];
try {
	const hardware = loadHardware("h100-sxm");
	const cost = costModel(hardware, { collectives: ncclTests(hardware.node.gpusPerNode) });
	const runs = new Map<string, TracedRun>();
	const errors = new Map<string, number[]>();
	let covered = 0;
	let total = 0;
	for (const [i, { kind, base, target }] of PAIRS.entries()) {
		if (only !== undefined && !`${kind} ${base} ${target}`.includes(only)) continue;
		const flags = BASES[base]!;
		const folder = join(scratch, base.replaceAll(" ", "-"));
		if (!runs.has(base)) {
			lumos(["synth", "-o", folder, ...flags.split(" ")]);
			runs.set(base, await readRun(folder));
		}
		const targetFolder = join(scratch, `target-${i}`);
		lumos(["synth", "-o", targetFolder, ...targetFlags(flags, target), "--seed", "7", "--ranks", "0"]);
		const truth = truthMs(targetFolder);
		const prediction = predictFromTraces({
			run: runs.get(base)!,
			overrides: overridesFrom(target),
			told: { model: {}, parallel: {} },
			hardware,
			cost,
			seed: 1,
		});
		const error = (100 * (prediction.iterationMs - truth)) / truth;
		const identity = (100 * (prediction.identityMs - prediction.replayMs)) / prediction.replayMs;
		const { lowMs, highMs } = tracedInterval(prediction.iterationMs, prediction.provenance);
		total++;
		if (truth >= lowMs && truth <= highMs) covered++;
		errors.set(kind, [...(errors.get(kind) ?? []), Math.abs(error)]);
		console.log(
			`${base} -> ${target}: ${truth.toFixed(2)} ms, predicted ${prediction.iterationMs.toFixed(2)} ms, ${error.toFixed(2)} % (identity ${identity.toFixed(2)} %)`,
		);
	}
	for (const [kind, list] of errors) {
		const mean = list.reduce((sum, error) => sum + error, 0) / list.length;
		console.log(`${kind}: mean ${mean.toFixed(2)} %, worst ${Math.max(...list).toFixed(2)} % of ${list.length}`);
	}
	console.log(`90 % intervals cover ${covered} of ${total}`);
} finally {
	rmSync(scratch, { recursive: true, force: true });
}
