/** Which part of a sweep is meant: what is given, else what Slurm's job arrays and Kubernetes' Indexed Jobs say. */
import { UserError } from "../lib/errors.js";
import type { Shard, SweepFlags } from "./sweep-flags.js";

type Environment = Readonly<Record<string, string | undefined>>;

/** @throws UserError where the environment names a part that cannot be placed. */
export function chooseShard(flags: Pick<SweepFlags, "shard" | "shards">, env: Environment): Shard | undefined {
	if (flags.shard !== undefined) return flags.shard;
	return ofArray(env) ?? ofIndexedJob(env, flags.shards);
}

function ofArray(env: Environment): Shard | undefined {
	if (env.SLURM_ARRAY_TASK_ID === undefined) return undefined;
	const [id, count, least, step] = (["ID", "COUNT", "MIN", "STEP"] as const).map((name) =>
		Number(env[`SLURM_ARRAY_TASK_${name}`] ?? (name === "STEP" ? 1 : Number.NaN)),
	) as [number, number, number, number];
	const shard = (id - least) / step;
	if (Number.isInteger(shard) && shard >= 0 && shard < count) return { shard, shards: count };
	throw new UserError(
		`task ${env.SLURM_ARRAY_TASK_ID} of the Slurm array cannot be counted from its first; give --shard i/n`,
	);
}

function ofIndexedJob({ JOB_COMPLETION_INDEX: index }: Environment, shards: number | undefined): Shard | undefined {
	if (index === undefined) {
		if (shards === undefined) return undefined;
		throw new UserError(
			"--shards says how many, but neither a Slurm array nor a Kubernetes Job says which; give --shard i/n",
		);
	}
	if (shards === undefined)
		throw new UserError("JOB_COMPLETION_INDEX does not say of how many; give --shards, the completions of the Job");
	if (!(Number(index) < shards)) throw new UserError(`JOB_COMPLETION_INDEX ${index} is not below --shards ${shards}`);
	return { shard: Number(index), shards };
}
