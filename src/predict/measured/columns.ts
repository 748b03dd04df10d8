/** The columns of a file of measured iteration times. Each stands for a flag of the command line. */
import { FLAGS, type Flag } from "../../config/flags.js";

export const TIME_COLUMN = "iteration_ms";

const required = {
	gpus: "--gpus",
	global_batch: "--global-batch-size",
	micro_batch: "--micro-batch-size",
	hidden_size: "--hidden-size",
	heads: "--num-attention-heads",
	layers: "--num-layers",
	seq: "--seq-length",
	tp: "--tp",
	dp: "--dp",
	pp: "--pp",
} as const;

const optional = {
	ffn: "--ffn-hidden-size",
	vocab: "--vocab-size",
	cp: "--cp",
	ep: "--ep",
	vpp: "--vpp",
	recompute: "--recompute",
	sequence_parallel: "--sequence-parallel",
	dtype: "--dtype",
	kv_heads: "--num-query-groups",
} as const;

function flagNamed(name: string): Flag {
	return FLAGS.find(({ flag }) => flag === name)!;
}

/** Flag of each column but the time. */
export const COLUMNS: ReadonlyMap<string, Flag> = new Map(
	Object.entries({ ...required, ...optional }).map(([column, flag]) => [column, flagNamed(flag)]),
);

export const REQUIRED_COLUMNS: readonly string[] = [...Object.keys(required), TIME_COLUMN];

const ofEachRow = new Set(Object.values(required).map((flag) => flagNamed(flag).key));

/** Flags for what rows may leave open: models, jobs and the cluster, without what every row has to say. */
export const ROW_FLAGS: readonly Flag[] = FLAGS.filter(
	({ section, key }) => section !== "job" && key !== "layersPerStage" && !ofEachRow.has(key),
);
