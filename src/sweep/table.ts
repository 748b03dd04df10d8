/** All simulated configurations as a tidy table: one row each, units in names, the configuration echoed. */
import { snakeKey } from "../config/key-case.js";
import type { ModelConfig } from "../config/model.js";
import type { ParallelConfig } from "../config/parallel.js";
import type { Limit, Measured } from "./measures.js";
import { OBJECTIVES } from "./objectives/objectives.js";
import type { Training } from "./objectives/outcome.js";
import type { Cell, Column, ColumnType, Table } from "./output/table.js";
import { modelledShare } from "./row.js";

type Of = (measured: Measured) => Cell;

const MODEL_KEYS = [
	"numLayers",
	"hiddenSize",
	"ffnHiddenSize",
	"numAttentionHeads",
	"numQueryGroups",
	"kvChannels",
	"seqLength",
	"vocabSize",
	"numExperts",
] as const satisfies readonly (keyof ModelConfig)[];

const PARALLEL_KEYS = [
	"tensorModelParallelSize",
	"contextParallelSize",
	"pipelineModelParallelSize",
	"virtualPipelineSize",
	"dataParallelSize",
	"expertModelParallelSize",
	"sequenceParallel",
	"microBatchSize",
	"globalBatchSize",
	"schedule",
	"recompute",
	"useDistributedOptimizer",
	"overlapGradReduce",
	"overlapParamGather",
	"dtype",
	"gradReduceInFp32",
] as const satisfies readonly (keyof ParallelConfig)[];

const MEASURES: readonly (readonly [name: string, type: ColumnType, description: string, of: Of])[] = [
	["interval_low_ms", "double", "lower end of the 90 % interval of the iteration", ({ row }) => row.lowMs],
	["interval_high_ms", "double", "upper end of the 90 % interval of the iteration", ({ row }) => row.highMs],
	["memory_gb", "double", "memory of the fullest GPU, 10^9 bytes", ({ outcome }) => outcome.memoryGb],
	["tflops_per_gpu", "double", "model FLOPs, 10^12 a second", ({ tflopsPerGpu }) => tflopsPerGpu],
	["exposed_compute_ms", "double", "only compute runs; the mean GPU", ({ row }) => row.breakdown.exposedComputeMs],
	["exposed_comm_ms", "double", "only communication runs, waiting apart", ({ row }) => row.breakdown.exposedCommMs],
	["overlapped_ms", "double", "compute and communication run", ({ row }) => row.breakdown.overlappedMs],
	["bubble_ms", "double", "neither runs: it waits for others or for its CPU", ({ row }) => row.breakdown.otherMs],
	["limited_by", "string", "what there is most to gain from", ({ limitedBy }): Limit => limitedBy],
	["tasks", "int", "tasks that the simulation settled", ({ row }) => row.tasks],
];

/** Of sweeps from traces. */
const RESTS_ON: typeof MEASURES = [
	["measured_share", "double", "measured, of the time in which devices work", ({ row }) => row.restsOn!.measuredShare],
	["scaled_share", "double", "scaled from what was measured", ({ row }) => row.restsOn!.scaledShare],
	["modelled_share", "double", "the cost models' alone", ({ row }) => modelledShare(row.restsOn!)],
];

/** @param metadata where the sweep comes from */
export function sweepTable(
	all: readonly Measured[],
	training: Training,
	metadata: Readonly<Record<string, string>>,
): Table {
	const column = (name: string, type: ColumnType, description: string, of: Of, nullable = false): Column => ({
		name,
		type,
		nullable,
		description,
		values: all.map(of),
	});
	const echoed = <K extends string>(keys: readonly K[], of: (measured: Measured) => Readonly<Record<K, unknown>>) =>
		keys.map((key) => {
			const typeOf = typeof (all[0] === undefined ? 0 : of(all[0])[key]);
			const type: ColumnType = typeOf === "boolean" ? "boolean" : typeOf === "string" ? "string" : "int";
			return column(snakeKey(key), type, "of the configuration", (measured) => of(measured)[key] as Cell);
		});
	return {
		metadata,
		columns: [
			column("configuration", "int", "its number in the space of the sweep", ({ row }) => row.index),
			column("model", "string", "name of its description", ({ model }) => model.name),
			column("parameters", "int", "of the whole model", ({ parameters }) => parameters),
			...echoed(MODEL_KEYS, ({ model }) => model),
			column("gpus", "int", "of the configuration", ({ gpus }) => gpus),
			...echoed(PARALLEL_KEYS, ({ parallel }) => parallel),
			column("num_micro_batches", "int", "of a step and replica", ({ numMicroBatches }) => numMicroBatches),
			// A cost needs a price.
			...OBJECTIVES.map(({ column: name, description, value }) =>
				column(name, "double", description, ({ outcome }) => value(outcome, training), name === "cost"),
			),
			...[...MEASURES, ...(all[0]?.row.restsOn ? RESTS_ON : [])].map(([name, type, description, of]) =>
				column(name, type, description, of),
			),
		],
	};
}
