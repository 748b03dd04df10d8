/** Submits Indexed Jobs with kubectl, which knows the cluster and who may use it. */
import { z } from "zod";
import { type KubernetesOptions, kubernetesManifest } from "./kubernetes-manifest.js";
import { runTool, runToolWell, toolFailure } from "./run-tool.js";
import type { Alive, Scheduler } from "./scheduler.js";
import type { ShardJob } from "./shard-job.js";

/** What is read of a Job's status. */
const jobStatus = z.object({
	status: z.object({
		active: z.number().optional(),
		ready: z.number().optional(),
		/** `0,2-4` */
		completedIndexes: z.string().optional(),
		failedIndexes: z.string().optional(),
		conditions: z.array(z.object({ type: z.string(), status: z.string() })).optional(),
	}),
});

export class Kubernetes implements Scheduler {
	readonly name = "kubernetes";
	readonly #job: ShardJob;
	readonly #options: KubernetesOptions;

	constructor(job: ShardJob, options: KubernetesOptions) {
		this.#job = job;
		this.#options = options;
	}

	describe(shards: readonly number[]): string {
		return kubernetesManifest(this.#job, shards, this.#options);
	}

	async submit(shards: readonly number[]): Promise<string> {
		const printed = await runToolWell("kubectl", ["create", "--output=name", "--filename=-"], this.describe(shards));
		return printed.trim();
	}

	async alive(job: string, shards: readonly number[]): Promise<Alive> {
		const result = await runTool("kubectl", ["get", job, ...this.#namespace(), "--output=json"]);
		if (result.code !== 0) {
			// Deleted, by hand or some time after its end.
			if (/\(NotFound\)/.test(result.stderr)) return { shards: new Set(), running: 0 };
			throw toolFailure("kubectl", result);
		}
		return aliveIndices(result.stdout, shards);
	}

	cancelCommand(job: string): string {
		return ["kubectl", "delete", job, ...this.#namespace()].join(" ");
	}

	outputOf(job: string): string {
		const selector = `--selector=job-name=${job.replace(/^.*\//, "")}`;
		return ["kubectl", "logs", selector, "--prefix", ...this.#namespace()].join(" ");
	}

	#namespace(): readonly string[] {
		const { namespace } = this.#options;
		return namespace === undefined ? [] : [`--namespace=${namespace}`];
	}
}

/** @param text the Job as JSON; index `i` of it is `shards[i]` */
export function aliveIndices(text: string, shards: readonly number[]): Alive {
	const { status } = jobStatus.parse(JSON.parse(text));
	const over = status.conditions?.some(({ type, status }) => /^(Complete|Failed)$/.test(type) && status === "True");
	if (over) return { shards: new Set(), running: 0 };
	const ended = new Set([...indices(status.completedIndexes), ...indices(status.failedIndexes)]);
	return { shards: new Set(shards.filter((_, i) => !ended.has(i))), running: status.ready ?? status.active ?? 0 };
}

/** Of `0,2-4`. */
function indices(list = ""): number[] {
	return list
		.split(",")
		.filter((run) => run !== "")
		.flatMap((run) => {
			const [from, to = from] = run.split("-").map(Number) as [number, number?];
			return Array.from({ length: to - from + 1 }, (_, i) => from + i);
		});
}
