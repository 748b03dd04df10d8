/** How Megatron-LM does things, where a description does not say. */
import type { FrameworkOptions } from "../plan/blocks/rank-context.js";

/**
 * Megatron-LM with Transformer Engine: flash attention, fused gradient accumulation, gradients of the tensor group beside
 * weight gradients, batched messages between stages.
 */
export const MEGATRON: FrameworkOptions = {
	attention: "flash",
	fusedGradientAccumulation: true,
	overlapTensorGradients: true,
	synchronizesPasses: false,
	messages: "blocking",
	scattersMessages: false,
};
