/** Kinds of fields that descriptions have in common. */
import { z } from "zod";

export const positiveInt = z.number().int().positive();
export const positive = z.number().positive();
export const nonNegative = z.number().min(0);

export const DTYPES = ["bf16", "fp16", "fp8", "fp32"] as const;
/** Number format that matrix products run in. */
export type Dtype = (typeof DTYPES)[number];

/** Bytes of one number of a format. */
export const DTYPE_BYTES: Readonly<Record<Dtype, number>> = { bf16: 2, fp16: 2, fp8: 1, fp32: 4 };

/** Where the numbers of a description come from. */
export const source = z.string().min(1).optional().describe("where these numbers come from");
