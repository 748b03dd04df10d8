/**
 * The pairs of emulated runs that predictions from traces are judged on. Each was chosen before its error was known.
 */
export type PairKind =
	| "the paper's grid"
	| "parallelism"
	| "schedule"
	| "tensor parallelism"
	| "sequence parallelism"
	| "recompute"
	| "several at once"
	| "shape"
	| "small kernels";

export interface Pair {
	readonly kind: PairKind;
	readonly base: string;
	readonly target: string;
}

/** Few layers, so that the traces are small; widths and batches as of real models, so that kernels fill the GPU. */
const MODEL =
	"--num-layers 8 --hidden-size 4096 --num-attention-heads 32 --seq-length 2048 --micro-batch-size 2 --num-micro-batches 8";
/** Kernels that do not fill the GPU, where quantisation and launches count most. */
const SMALL = "--num-layers 4 --hidden-size 2048 --num-attention-heads 16 --seq-length 2048 --num-micro-batches 4";
const UNTIED = "--untie-embeddings-and-output-weights";

export const BASES: Readonly<Record<string, string>> = {
	/** Lumos paper, figure 7: GPT-3 15B in full size, TP x PP micro-batches. */
	"15B tp2 pp2 dp4": "--model gpt3-15b --tp 2 --pp 2 --dp 4 --num-micro-batches 4",
	small: `${SMALL} --tp 2 --pp 2 --dp 2`,
	"tp2 pp1 dp2": `${MODEL} --tp 2 --pp 1 --dp 2 ${UNTIED}`,
	"tp2 pp2 dp2": `${MODEL} --tp 2 --pp 2 --dp 2`,
	"tp2 pp2 dp2 untied": `${MODEL} --tp 2 --pp 2 --dp 2 ${UNTIED}`,
	"tp2 pp2 dp2 overlap zero-1": `${MODEL} --tp 2 --pp 2 --dp 2 --overlap-grad-reduce --use-distributed-optimizer`,
	"tp2 pp4": `${MODEL} --micro-batch-size 1 --tp 2 --pp 4 --dp 1`,
	"tp1 pp2 dp2":
		"--num-layers 8 --hidden-size 5120 --num-attention-heads 40 --seq-length 2048 --micro-batch-size 1 --num-micro-batches 6 --tp 1 --pp 2 --dp 2",
	"tp4 dp2 overlap": `--num-layers 6 --hidden-size 3072 --num-attention-heads 24 --seq-length 4096 --micro-batch-size 1 --num-micro-batches 4 --tp 4 --pp 1 --dp 2 --overlap-grad-reduce ${UNTIED}`,
	"tp4 pp2 sp":
		"--num-layers 4 --hidden-size 6144 --num-attention-heads 48 --seq-length 2048 --micro-batch-size 1 --num-micro-batches 6 --tp 4 --pp 2 --dp 1 --sequence-parallel",
	"tp2 pp2 full recompute": `${MODEL} --micro-batch-size 1 --tp 2 --pp 2 --dp 1 --recompute full`,
};

const pairs = (kind: PairKind, base: string, targets: readonly string[]): Pair[] =>
	targets.map((target) => ({ kind, base, target }));

export const PAIRS: readonly Pair[] = [
	...pairs("the paper's grid", "15B tp2 pp2 dp4", [
		"--dp 8 --num-micro-batches 4",
		"--dp 16 --num-micro-batches 4",
		"--dp 32 --num-micro-batches 4",
		"--pp 4 --num-micro-batches 8",
		"--pp 8 --num-micro-batches 16",
		"--pp 16 --num-micro-batches 32",
		"--pp 4 --dp 8 --num-micro-batches 8",
		"--pp 8 --dp 8 --num-micro-batches 16",
		"--pp 4 --dp 16 --num-micro-batches 8",
	]),
	...pairs("parallelism", "tp2 pp2 dp2", [
		"--dp 4 --num-micro-batches 8",
		"--dp 8 --num-micro-batches 8",
		"--dp 1 --num-micro-batches 8",
		"--pp 4",
		"--num-layers 16",
		"--num-micro-batches 16",
		"--pp 4 --dp 4 --num-layers 16 --num-micro-batches 16",
	]),
	...pairs("parallelism", "tp2 pp2 dp2 untied", ["--pp 1"]),
	...pairs("parallelism", "tp2 pp1 dp2", ["--pp 2", "--pp 4"]),
	...pairs("parallelism", "small", ["--dp 4 --num-micro-batches 4", "--pp 4", "--num-layers 8"]),
	...pairs("parallelism", "tp2 pp2 dp2 overlap zero-1", ["--dp 4 --num-micro-batches 8", "--pp 4", "--num-layers 16"]),
	...pairs("schedule", "tp2 pp4", ["--schedule gpipe", "--schedule zb-h1", "--vpp 2"]),
	...pairs("schedule", "tp2 pp2 dp2", [
		"--schedule gpipe",
		"--schedule zb-h1",
		"--vpp 2",
		"--vpp 4",
		"--pp 4 --schedule zb-h1",
		"--pp 4 --vpp 2",
	]),
	...pairs("schedule", "tp1 pp2 dp2", ["--schedule zb-h1", "--vpp 2", "--schedule gpipe --num-layers 12"]),
	...pairs("tensor parallelism", "tp1 pp2 dp2", ["--tp 2", "--tp 4", "--tp 2 --sequence-parallel"]),
	...pairs("tensor parallelism", "tp2 pp2 dp2", ["--tp 1", "--tp 4", "--tp 8 --dp 1 --num-micro-batches 8"]),
	...pairs("tensor parallelism", "tp4 dp2 overlap", ["--tp 8", "--tp 2", "--tp 1"]),
	...pairs("tensor parallelism", "tp4 pp2 sp", ["--tp 8", "--tp 2"]),
	...pairs("sequence parallelism", "tp2 pp2 dp2", ["--sequence-parallel"]),
	...pairs("sequence parallelism", "tp4 dp2 overlap", ["--sequence-parallel"]),
	...pairs("sequence parallelism", "tp4 pp2 sp", ["--no-sequence-parallel", "--no-sequence-parallel --tp 2"]),
	...pairs("recompute", "tp2 pp2 dp2", ["--recompute selective", "--recompute full", "--recompute full --pp 4"]),
	...pairs("recompute", "tp4 dp2 overlap", ["--recompute full"]),
	...pairs("recompute", "tp4 pp2 sp", ["--recompute selective"]),
	...pairs("recompute", "tp2 pp2 full recompute", [
		"--recompute none",
		"--recompute selective",
		"--dp 2 --num-micro-batches 8",
	]),
	...pairs("several at once", "tp2 pp2 full recompute", [
		"--tp 4 --sequence-parallel --recompute selective --pp 4 --schedule zb-h1",
	]),
	...pairs("several at once", "tp1 pp2 dp2", ["--tp 2 --sequence-parallel --recompute full --vpp 2"]),
	...pairs("several at once", "tp4 pp2 sp", ["--tp 2 --no-sequence-parallel --recompute full --schedule gpipe"]),
	...pairs("shape", "tp2 pp2 dp2", [
		"--hidden-size 6144 --num-attention-heads 48 --ffn-hidden-size 24576",
		"--ffn-hidden-size 12288",
		"--seq-length 4096",
		"--micro-batch-size 4 --num-micro-batches 8",
	]),
	...pairs("small kernels", "small", [
		"--tp 4",
		"--tp 1",
		"--hidden-size 4096 --num-attention-heads 32 --ffn-hidden-size 16384",
		"--ffn-hidden-size 12288",
		"--seq-length 4096",
		"--micro-batch-size 2 --num-micro-batches 4",
	]),
];

/** Every second pair of a kind: the widths of intervals are fitted to these, and judged on the others. */
export function isFitted(pair: Pair): boolean {
	return PAIRS.filter(({ kind }) => kind === pair.kind).indexOf(pair) % 2 === 0;
}
