/** Memory that no tensor of the model takes. Orders of magnitude: drivers, libraries and allocators differ. */

/** CUDA's context, and the kernels and workspaces of cuBLAS and cuDNN; assumed, as nvidia-smi shows of an idle process. */
export const CONTEXT_BYTES = 0.8e9;

/** NCCL_BUFFSIZE: 4 MiB a channel and direction, by NCCL's documentation of its environment variables. */
const NCCL_BUFFER_BYTES = 4 * 2 ** 20;
/** Channels of a communicator; assumed, NCCL takes 2 to 32 by topology. */
const NCCL_CHANNELS = 16;
const DIRECTIONS = 2;

/** Buffers of one communicator. */
export const COMMUNICATOR_BYTES = NCCL_BUFFER_BYTES * NCCL_CHANNELS * DIRECTIONS;

/**
 * Share that PyTorch's caching allocator loses on what comes and goes; assumed. Parameters, gradients and optimizer
 * states are allocated once and lose nothing.
 */
export const FRAGMENTATION = 0.1;
