/** How Megatron-LM does things, where a description does not say. */
import type { FrameworkOptions } from "../plan/blocks/rank-context.js";

/**
 * Megatron-LM with Transformer Engine: flash attention, fused gradient accumulation, gradients of the tensor group beside
 * weight gradients, batched messages between stages. Autograd's share of the CPU time is an assumption.
 */
export const MEGATRON: FrameworkOptions = {
	attention: "flash",
	fusedGradientAccumulation: true,
	overlapTensorGradients: true,
	backwardCpuShare: 0.3,
	synchronizesPasses: false,
	messages: "blocking",
	scattersMessages: false,
};
