/** Micro-benchmarks that anybody can run: what `suggestMeasurements` chooses from when nothing else is named. */
import type { HardwareConfig } from "../../config/hardware.js";
import type { Dtype } from "../../config/schema-fields.js";
import { attention, collective, gemm, type Measurable, memoryBound } from "./observations.js";

/** Rows of the first matrix: few and many tokens. */
const TOKENS = [512, 8192];
/** Widths of square layers: launch-bound, usual, large. */
const WIDTHS = [1024, 4096, 12288];
const COPY_BYTES = [1e6, 2e9];
const COLLECTIVE_BYTES = [2 ** 13, 2 ** 20, 2 ** 30];

/** Matrix products, attention, copies, and collectives inside one node and across two. */
export function microBenchmarks({ node }: HardwareConfig, dtype: Dtype): Measurable[] {
	const gemms = TOKENS.flatMap((m) => WIDTHS.map((width) => gemm({ m, n: width, k: width, dtype })));
	const shape = { batch: 1, heads: 16, queryGroups: 16, seq: 4096, kvSeq: 4096, headDim: 128 };
	const attentions = (["forward", "backward"] as const).map((direction) =>
		attention({ direction, shape: { ...shape, causal: true, flash: true }, dtype }),
	);
	const size = node.gpusPerNode;
	const groups = [
		...(size > 1 ? [{ op: "allReduce", size, nodes: 1 } as const] : []),
		{ op: "allReduce", size: 2 * size, nodes: 2 } as const,
	];
	const collectives = groups.flatMap((group) => COLLECTIVE_BYTES.map((bytes) => collective(group, bytes)));
	return [...gemms, ...attentions, ...COPY_BYTES.map((bytes) => memoryBound({ bytes })), ...collectives];
}
