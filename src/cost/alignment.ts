/** What matrices cost whose rows do not start where wide loads do. */
import { DTYPE_BYTES, type Dtype } from "../config/schema-fields.js";

/** Tensor-core kernels load 16 bytes a thread (NVIDIA, "Matrix Multiplication Background User's Guide", section 4.1). */
const WIDE_LOAD_BYTES = 16;

/**
 * What each halving of the alignment adds to the time of a matrix product, as a share of it. Fitted on the output layer
 * of GPT models whose vocabulary is not padded, on one A100 node (public validation data of vTrain): at 8, 4 and 2
 * bytes they reach 0.54, 0.42 and 0.30 of the aligned rate.
 */
const COST_OF_HALVING = 0.77;

/** Factor on the time of a product of m x k by k x n: rows of its matrices are n or k numbers long. */
export function misalignment(n: number, k: number, dtype: Dtype): number {
	const bytes = DTYPE_BYTES[dtype];
	let alignment = WIDE_LOAD_BYTES;
	while (alignment > bytes && ((n * bytes) % alignment !== 0 || (k * bytes) % alignment !== 0)) alignment /= 2;
	return 1 + COST_OF_HALVING * Math.log2(WIDE_LOAD_BYTES / alignment);
}
