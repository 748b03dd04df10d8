/**
 * Measurements that an execution graph holds: kernels whose operator recorded its shapes, and the wire times of
 * collectives. Kernels of one name and shapes are one sample with their median time, as important as all of them took.
 */
import type { CollectiveOp, MeasuredCollective } from "../../config/hardware.js";
import type { Dtype } from "../../config/schema-fields.js";
import { type ExecutionGraph, TaskKind } from "../../graph/graph.js";
import { messageBytes, parseMessage } from "../../graph/message.js";
import { attention, gemm, memoryBound, type Observation, observed } from "./observations.js";

type Dims = readonly (readonly number[])[];

/** What kernels of matrix products are called: cuBLAS, CUTLASS, rocBLAS and hipBLASLt; not what adds up split products. */
const GEMM = /gemm|nvjet|cutlass|\bCijk_|wmma/i;
const NO_GEMM = /reduce|flash|fmha|attention|conv|fprop|dgrad|wgrad/i;

/** The number format in a kernel's name, the first that fits: cuBLAS, CUTLASS, nvjet, Tensile, PyTorch. */
const FORMATS: readonly (readonly [RegExp, Dtype])[] = [
	[/e4m3|e5m2|fp8|nvjet_q|Float8|_F8/i, "fp8"],
	[/bf16|bfloat16|nvjet_t|_BBS_|_B_BS_/i, "bf16"],
	[/f16|fp16|half|hgemm|h884|nvjet_h|_HHS_|_H_HS_/i, "fp16"],
	[/tf32/i, "bf16"],
	[/sgemm|f32|float|_S_B_/i, "fp32"],
];

function formatOf(name: string): Dtype | undefined {
	// Products in TF32 run at a peak of their own, which descriptions do not have.
	if (/tf32/i.test(name)) return undefined;
	return FORMATS.find(([pattern]) => pattern.test(name))?.[1];
}

/** The shapes of the operator that launched a kernel, from the text of its shape: `[grid]/[block] of [[..],[..]]`. */
export function operatorDims(shape: string): Dims | undefined {
	const found = /(?:^| of )(\[\[.*\]\])$/.exec(shape);
	if (!found) return undefined;
	try {
		const value: unknown = JSON.parse(found[1]!);
		return Array.isArray(value) ? value.filter((item): item is number[] => Array.isArray(item)) : undefined;
	} catch {
		// Profilers cut long lists off.
		return undefined;
	}
}

interface Product {
	readonly m: number;
	readonly n: number;
	readonly k: number;
	readonly batch: number;
}

/** The last two neighbouring tensors that can be multiplied: `mm(a, b)`, `addmm(bias, a, b)`, `bmm(a, b)`. */
function productOf(dims: Dims): Product | undefined {
	for (let at = dims.length - 2; at >= 0; at--) {
		const [a, b] = [dims[at]!, dims[at + 1]!];
		if (a.length === 2 && b.length === 2 && a[1] === b[0]) return { m: a[0]!, k: a[1]!, n: b[1]!, batch: 1 };
		if (a.length === 3 && b.length === 3 && a[0] === b[0] && a[2] === b[1])
			return { batch: a[0]!, m: a[1]!, k: a[2]!, n: b[2]! };
	}
	return undefined;
}

function gemmSample(name: string, dims: Dims, ns: number): Observation | undefined {
	if (!GEMM.test(name) || NO_GEMM.test(name)) return undefined;
	const product = productOf(dims);
	const dtype = formatOf(name);
	return product && dtype ? observed(gemm({ ...product, dtype }), ns) : undefined;
}

/** PyTorch's FlashAttention: query, key and value as [sequences, tokens, heads, head size]; training is causal. */
function attentionSample(name: string, dims: Dims, ns: number): Observation | undefined {
	const found = /flash_(fwd|bwd)_(?!dot_do|convert)\w*kernel/.exec(name);
	if (!found) return undefined;
	const forward = found[1] === "fwd";
	const [query, key] = dims.slice(forward ? 0 : 1).filter((tensor) => tensor.length === 4);
	const dtype = formatOf(name) ?? "bf16";
	if (!query || !key) return undefined;
	const [batch, seq, heads, headDim] = query as [number, number, number, number];
	const shape = { batch, heads, seq, headDim, queryGroups: key[2]!, kvSeq: key[1]!, causal: true, flash: true };
	return observed(attention({ direction: forward ? "forward" : "backward", shape, dtype }), ns);
}

/** PyTorch's elementwise kernels say in their name how many arrays they go over, and of what. */
function elementwiseSample(name: string, dims: Dims, ns: number): Observation | undefined {
	const arrays = /elementwise_kernel<.*char\s?\*, ?(\d+)/.exec(name);
	const element = /BFloat16|Half/.test(name) ? 2 : /float/.test(name) ? 4 : 0;
	if (!arrays || element === 0) return undefined;
	const elements = Math.max(0, ...dims.map((tensor) => (tensor.length === 0 ? 0 : tensor.reduce((a, b) => a * b, 1))));
	return elements > 0 ? observed(memoryBound({ bytes: Number(arrays[1]) * elements * element }), ns) : undefined;
}

function median(values: number[]): number {
	values.sort((a, b) => a - b);
	return values[values.length >> 1]!;
}

/** Durations of the tasks of a kind that share a name and a shape. */
function byNameAndShape(graph: ExecutionGraph, kind: TaskKind): Map<number, number[]> {
	const groups = new Map<number, number[]>();
	for (let task = 0; task < graph.taskCount; task++) {
		if (graph.kind[task] !== kind) continue;
		const key = graph.name[task]! * graph.strings.length + graph.shape[task]!;
		const group = groups.get(key);
		if (group) group.push(graph.durationNs[task]!);
		else groups.set(key, [graph.durationNs[task]!]);
	}
	return groups;
}

/** Matrix products, attention and elementwise kernels whose shapes are known. */
export function kernelObservations(graph: ExecutionGraph): Observation[] {
	const samples: Observation[] = [];
	for (const [key, durations] of byNameAndShape(graph, TaskKind.kernel)) {
		const name = graph.strings[Math.floor(key / graph.strings.length)]!;
		const dims = operatorDims(graph.strings[key % graph.strings.length]!);
		if (!dims) continue;
		const ns = median(durations);
		if (!(ns > 0)) continue;
		const sample = gemmSample(name, dims, ns) ?? attentionSample(name, dims, ns) ?? elementwiseSample(name, dims, ns);
		if (sample) samples.push({ ...sample, importance: ns * durations.length });
	}
	return samples;
}

const OPERATIONS: readonly (readonly [RegExp, CollectiveOp])[] = [
	[/all_?reduce/i, "allReduce"],
	[/all_?gather/i, "allGather"],
	[/reduce_?scatter/i, "reduceScatter"],
	[/all_?to_?all/i, "allToAll"],
	[/broadcast/i, "broadcast"],
];

/** Ranks of a group as recorded (`[0, 1]`); undefined where only its name is known. */
function ranksOf(group: string): number[] | undefined {
	return /^\[[\d,\s]+\]$/.test(group) ? (JSON.parse(group) as number[]) : undefined;
}

/**
 * Wire times of collectives whose members all are in the graph, as tables by operation and group.
 * @param gpusPerNode tells which ranks share a node
 */
export function collectiveTables(graph: ExecutionGraph, gpusPerNode: number): MeasuredCollective[] {
	const tables = new Map<string, { op: CollectiveOp; size: number; nodes: number; times: Map<number, number[]> }>();
	for (const [key, durations] of byNameAndShape(graph, TaskKind.transfer)) {
		const message = parseMessage(graph.strings[key % graph.strings.length]!);
		const ranks = message && ranksOf(message.group);
		const op = message && OPERATIONS.find(([pattern]) => pattern.test(message.collective))?.[1];
		const bytes = message ? messageBytes(message) : 0;
		if (!ranks || !op || ranks.length < 2 || bytes === 0) continue;
		const nodes = new Set(ranks.map((rank) => Math.floor(rank / gpusPerNode))).size;
		const name = `${op} ${ranks.length} ${nodes}`;
		const table = tables.get(name) ?? { op, size: ranks.length, nodes, times: new Map<number, number[]>() };
		tables.set(name, table);
		const times = table.times.get(bytes) ?? [];
		table.times.set(bytes, times);
		for (const ns of durations) if (ns > 0) times.push(ns);
	}
	return [...tables.values()].flatMap(({ op, size, nodes, times }) => {
		const bytes = [...times.keys()].filter((key) => times.get(key)!.length > 0).sort((a, b) => a - b);
		return bytes.length === 0 ? [] : [{ op, size, nodes, bytes, ns: bytes.map((key) => median(times.get(key)!)) }];
	});
}
