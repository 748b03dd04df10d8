/** What a cluster is asked to run: one sweep in shards, each a process of its own on some node. */
import { shellLine } from "./shell.js";

export interface ShardJob {
	/** Program and arguments of the sweep; which shard, and where its journal goes, is added. */
	readonly command: readonly string[];
	readonly shards: number;
	/** Absolute; all nodes must see it under this name. */
	readonly journal: string;
	/** Absolute; relative names among the arguments are meant from here. */
	readonly workingFolder: string;
	readonly cpus: number;
	readonly memoryMib: number;
	/** Of one shard. */
	readonly timeLimitS: number;
	/** At most so many shards run at a time; undefined: as many as the cluster lets. */
	readonly atOnce?: number;
}

/**
 * The line of shell that runs a shard. It takes up whatever an earlier attempt has journalled.
 * @param index what the shell makes the number of the shard from, such as `$SLURM_ARRAY_TASK_ID`
 */
export function shardLine({ command, shards, journal }: ShardJob, index: string): string {
	return `exec ${shellLine(command)} --shard "${index}/${shards}" ${shellLine(["--journal", journal, "--resume"])}`;
}
