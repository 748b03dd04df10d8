/** Which scheduler `lumos sweep submit` hands the shards to, and what it asks for them. */
import { existsSync } from "node:fs";
import { isAbsolute, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { UserError } from "../lib/errors.js";
import { Kubernetes } from "../sweep/submit/kubernetes.js";
import type { Scheduler } from "../sweep/submit/scheduler.js";
import type { ShardJob } from "../sweep/submit/shard-job.js";
import { Slurm } from "../sweep/submit/slurm.js";
import type { SweepFlags, SweepOutputFlags } from "./sweep-flags.js";
import type { SubmitFlags } from "./sweep-submit-flags.js";

export interface SubmitSweepFlags
	extends SweepOutputFlags,
		SubmitFlags,
		Omit<SweepFlags, keyof SubmitFlags | keyof SweepOutputFlags> {}

/**
 * @param journal absolute
 * @param paths of traces
 * @param typed the flags that say what is searched, as they were typed
 * @throws UserError for flags that are missing or contradict each other
 */
export function schedulerOf(
	flags: SubmitSweepFlags,
	journal: string,
	paths: readonly string[],
	typed: readonly string[],
): Scheduler {
	const job = shardJob(flags, journal, [...paths, ...typed]);
	const { slurm, k8s, image, volumeClaim, namespace, podRetries } = flags;
	if (!slurm && !k8s) throw new UserError("--slurm or --k8s is missing: where are the shards to run?");
	if (slurm) return new Slurm(job, flags.sbatch ?? []);
	if (image === undefined || volumeClaim === undefined)
		throw new UserError(
			`--k8s needs ${image === undefined ? "--image, a container image that has Lumos" : "--volume-claim, a volume that the pods and this machine mount"}`,
		);
	const mountPath = resolve(flags.mount ?? job.journal);
	checkMounted(mountPath, job.journal, paths, flags);
	return new Kubernetes(job, {
		image,
		volumeClaim,
		mountPath,
		podRetries,
		...(namespace === undefined ? {} : { namespace }),
	});
}

/** Pods see nothing but the volume. */
function checkMounted(mountPath: string, journal: string, paths: readonly string[], flags: SubmitSweepFlags): void {
	const named = [flags.model, flags.hardware, flags.network, flags.parallel, flags.grid, ...(flags.ncclTests ?? [])];
	const files = named.filter((name): name is string => name !== undefined && existsSync(name));
	for (const file of [journal, ...paths, ...files]) {
		const inside = relative(mountPath, resolve(file));
		if (!/^\.\.(\/|$)/.test(inside) && !isAbsolute(inside)) continue;
		throw new UserError(`${file}: is not in the volume, which pods see at ${mountPath}; put it there, or give --mount`);
	}
}

function shardJob(
	{ shards, cpus, memory, time, atOnce, lumos, k8s }: SubmitSweepFlags,
	journal: string,
	typed: readonly string[],
): ShardJob {
	const here = [process.execPath, fileURLToPath(new URL("main.js", import.meta.url))];
	const program = lumos?.split(/\s+/).filter((word) => word !== "") ?? (k8s ? ["lumos"] : here);
	return {
		command: [...program, "sweep", ...typed, `--workers=${cpus}`],
		shards,
		journal,
		workingFolder: process.cwd(),
		cpus,
		memoryMib: Math.ceil(memory / 1024 ** 2),
		timeLimitS: Math.ceil(time),
		...(atOnce === undefined ? {} : { atOnce }),
	};
}
