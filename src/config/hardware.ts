/** The description of a cluster: its GPU, node and network, and the few fitted parameters of the cost models. */
import { z } from "zod";
import type { CamelKeys } from "./key-case.js";
import { nonNegative, positive, positiveInt, source } from "./schema-fields.js";

/** Bytes of a collective are those of the whole, unsharded buffer; of an all-to-all, what one rank sends. */
export const COLLECTIVE_OPS = ["allReduce", "allGather", "reduceScatter", "allToAll", "broadcast"] as const;
export type CollectiveOp = (typeof COLLECTIVE_OPS)[number];

/** Times of one collective on one group at several sizes. */
export interface MeasuredCollective extends Readonly<z.output<typeof measuredCollective>> {}

const share = z.number().positive().max(1);

const gpu = z
	.strictObject({
		name: z.string().min(1),
		peak_tflops: z
			.strictObject({ bf16: positive, fp16: positive, fp8: positive.optional(), fp32: positive })
			.describe("dense matrix products, 10^12 floating-point operations a second; no fp8: it runs as bf16"),
		memory_gb: positive.describe("10^9 bytes"),
		memory_gb_per_s: positive.describe("bandwidth of the GPU's memory, 10^9 bytes a second"),
		sms: positiveInt.describe("streaming multiprocessors (compute units)"),
		boost_mhz: positive.describe("clock at which the peaks hold"),
		l2_mb: positive.describe("last-level cache, 2^20 bytes"),
		l2_gb_per_s: positive.describe("bandwidth of the last-level cache, 10^9 bytes a second"),
		tdp_w: positive.describe("power limit of one GPU"),
		idle_w: nonNegative.describe("power of one GPU that waits"),
		die_cm2: positive.optional().describe("area of the chip, for its embodied carbon"),
		kg_co2_per_cm2: positive.optional().describe("carbon emitted by making a square centimetre of chip"),
		source,
	})
	.describe("one GPU");

export const nodeSchema = z
	.strictObject({
		gpus_per_node: positiveInt.describe("GPUs of one server"),
		link: z.enum(["nvlink", "xgmi", "pcie"]),
		link_gb_per_s: positive.describe("between GPUs of a node: 10^9 bytes a second of one GPU in one direction"),
		link_latency_us: positive.describe("of one step of a small collective (NCCL's LL protocol) inside the node"),
		nvls: z.boolean().describe("the switch reduces and multicasts (NVLink SHARP)"),
		host_w: nonNegative.default(0).describe("power of a node without its GPUs"),
		source,
	})
	.describe("one server");

export const networkSchema = z
	.strictObject({
		nics_per_node: positiveInt.describe("network cards of one server that GPUs share"),
		gbit_per_s: positive.describe("of one NIC in one direction"),
		latency_us: positive.describe("of one step of a small collective (NCCL's LL protocol) between nodes"),
		source,
	})
	.describe("between the nodes");

/** Few, each with a meaning; `lumos calibrate` fits them. */
export const efficiencySchema = z
	.strictObject({
		gemm: share.default(0.85).describe("share of the peak that the main loop of a matrix product reaches"),
		attention: share.default(0.78).describe("the same inside forward flash attention, beside its exponentials"),
		attention_backward: share.default(0.62).describe("the same, backward"),
		memory: share.default(0.85).describe("share of the memory's bandwidth that a large memory-bound kernel reaches"),
		kernel_ns: positive.default(2000).describe("fixed time of a kernel, before and after its main loop"),
		link: share.default(0.8).describe("share of the links' bandwidth that a large collective inside a node reaches"),
		network: share.default(0.92).describe("share of the NICs' bandwidth that a large collective between nodes reaches"),
		latency: positive.default(1).describe("factor on the latencies of collectives"),
		arrival_ns: nonNegative.default(0).describe("standard deviation of the times at which ranks come to a collective"),
		alignment: positive
			.default(0.77)
			.describe(
				"what each halving of the alignment of its rows adds to the time of a matrix product, as a share of it",
			),
		overlap_compute: z.number().min(1).default(1.05).describe("slow-down of a kernel while a collective runs"),
		overlap_communication: z.number().min(1).default(1.1).describe("slow-down of a collective while kernels run"),
		source,
	})
	.describe("fitted parameters of the cost models");

const cpu = z
	.strictObject({
		launch_ns: positive.default(4500).describe("from the end of a launch call to the start of its kernel"),
		op_ns: positive.default(9000).describe("CPU time of one operator, its launch included"),
		backward_share: positive
			.default(0.3)
			.describe("CPU time of an operator in a backward pass over that in a forward pass"),
		kernel_gap_ns: nonNegative.default(1000).describe("between two kernels of a stream that is never empty"),
		source,
	})
	.describe("the host");

const measuredCollective = z
	.strictObject({
		op: z.enum(COLLECTIVE_OPS),
		size: positiveInt.describe("ranks of the group"),
		nodes: positiveInt.describe("nodes that they were on"),
		bytes: z.array(positive).min(1).describe("of the whole buffer, ascending"),
		ns: z.array(positive).min(1),
	})
	.refine(({ bytes, ns }) => bytes.length === ns.length, "bytes and ns must be equally long")
	.refine(({ bytes }) => bytes.every((size, i) => i === 0 || size > bytes[i - 1]!), "bytes must ascend");

export const hardwareSchema = z
	.strictObject({
		name: z.string().min(1),
		gpu,
		node: nodeSchema,
		network: networkSchema,
		efficiency: efficiencySchema.prefault({}),
		cpu: cpu.prefault({}),
		measured_collectives: z
			.array(measuredCollective)
			.default([])
			.describe(
				"measured times that the model of collectives gives way to; where two measure the same, the first counts",
			),
	})
	.describe("a cluster of equal nodes");

/** `hardwareSchema` with camelCase names. */
export interface HardwareConfig extends CamelKeys<z.output<typeof hardwareSchema>> {}
