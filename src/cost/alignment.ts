/** What matrices cost whose rows do not start where wide loads do. */
import { DTYPE_BYTES, type Dtype } from "../config/schema-fields.js";

/** Tensor-core kernels load 16 bytes a thread (NVIDIA, "Matrix Multiplication Background User's Guide", section 4.1). */
const WIDE_LOAD_BYTES = 16;

/**
 * Factor on the time of a product of m x k by k x n: rows of its matrices are n or k numbers long.
 * @param costOfHalving what each halving of the alignment adds to the time, as a share of it; the presets' value follows
 * the output layer of GPT models whose vocabulary is not padded (one A100 node, public validation data of vTrain), which
 * reaches 0.54, 0.42 and 0.30 of the aligned rate at 8, 4 and 2 bytes
 */
export function misalignment(n: number, k: number, dtype: Dtype, costOfHalving: number): number {
	const bytes = DTYPE_BYTES[dtype];
	let alignment = WIDE_LOAD_BYTES;
	while (alignment > bytes && ((n * bytes) % alignment !== 0 || (k * bytes) % alignment !== 0)) alignment /= 2;
	return 1 + costOfHalving * Math.log2(WIDE_LOAD_BYTES / alignment);
}
