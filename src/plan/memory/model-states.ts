/**
 * Bytes of parameters, gradients and optimizer states on one rank under mixed-precision Adam, as Megatron-LM keeps them.
 * Its documentation of the distributed optimizer gives, for each parameter: 20 bytes with 16-bit gradients, 18 with
 * gradients in fp32, 16 all in fp32; sharded over d replicas 4 + 16/d, 6 + 12/d and 8 + 8/d.
 */

import type { ParallelConfig } from "../../config/parallel.js";
import { DTYPE_BYTES } from "../../config/schema-fields.js";
import type { ParameterCount } from "../parameters.js";

export interface ModelStates {
	readonly parametersBytes: number;
	readonly gradientsBytes: number;
	/** Master weights, gradients in fp32 where they are reduced in 16 bits, and two moments. */
	readonly optimizerBytes: number;
}

const FP32 = DTYPE_BYTES.fp32;
/** Adam's mean and variance of a gradient, in fp32. */
const MOMENTS_BYTES = 2 * FP32;

/** @param count parameters that the rank holds, not shared by the optimizer's shards. */
export function modelStates(parallel: ParallelConfig, { dense, expert }: ParameterCount): ModelStates {
	const { dtype, gradReduceInFp32, useDistributedOptimizer } = parallel;
	const { contextParallelSize: cp, dataParallelSize: dp, expertModelParallelSize: ep } = parallel;
	// Matrix products in fp8 leave parameters in bf16.
	const weight = dtype === "fp32" ? FP32 : DTYPE_BYTES.bf16;
	const gradient = gradReduceInFp32 ? FP32 : weight;
	const master = weight < FP32 ? FP32 : 0;
	const gradientCopy = gradient < FP32 ? FP32 : 0;
	const parameters = dense + expert;
	const owned = useDistributedOptimizer
		? Math.ceil(dense / (cp * dp)) + Math.ceil((expert * ep) / (cp * dp))
		: parameters;
	return {
		parametersBytes: parameters * weight,
		gradientsBytes: parameters * gradient,
		optimizerBytes: owned * (master + gradientCopy + MOMENTS_BYTES),
	};
}
