/** The axes of a sweep: what the user names, and all that can be valid of those that are searched by default. */
import type { HardwareConfig } from "../config/hardware.js";
import type { ModelDescription } from "../config/model.js";
import type { ParallelConfig } from "../config/parallel.js";
import { AXIS_FIELDS, type Axis, type AxisName, type AxisValue } from "./axes.js";

/** Named axes; each name at most once. */
export type NamedAxes = ReadonlyMap<string, readonly AxisValue[]>;

function divisorsOfAny(numbers: readonly number[]): number[] {
	const found = new Set<number>();
	for (const number of numbers) for (let d = 1; d <= number; d++) if (number % d === 0) found.add(d);
	return [...found].sort((a, b) => a - b);
}

/**
 * Degrees are divisors of what they share out: of the GPUs, of the layers (virtual stages), of the batch (micro-batch).
 * Which of their combinations are valid is said one by one.
 * @param named must have `gpus`
 */
export function completeAxes(model: ModelDescription, parallel: ParallelConfig, named: NamedAxes): Axis[] {
	const numbers = (name: AxisName, otherwise: number): readonly number[] =>
		(named.get(name) as readonly number[] | undefined) ?? [otherwise];
	const degrees = divisorsOfAny(numbers("gpus", 1));
	const defaults: Partial<Record<AxisName, readonly AxisValue[]>> = {
		pipeline_model_parallel_size: degrees,
		virtual_pipeline_size: divisorsOfAny(numbers("num_layers", model.numLayers)),
		tensor_model_parallel_size: degrees,
		micro_batch_size: divisorsOfAny(numbers("global_batch_size", parallel.globalBatchSize)),
		recompute: ["none", "selective", "full"],
		sequence_parallel: [false, true],
		use_distributed_optimizer: [false, true],
	};
	return AXIS_FIELDS.flatMap(({ name }) => {
		const values = named.get(name) ?? defaults[name as AxisName];
		return values ? [{ name, values }] : [];
	});
}

/** Beyond a node, tensor parallelism moves its activations over the network layer by layer: searched only where asked for. */
export function asksBeyondNode(named: NamedAxes, { node }: HardwareConfig): boolean {
	const degrees = (named.get("tensor_model_parallel_size") ?? []) as readonly number[];
	return degrees.some((degree) => degree > node.gpusPerNode);
}
