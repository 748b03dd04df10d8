/**
 * A sweep as an Indexed Job of Kubernetes (batch/v1, https://kubernetes.io/docs/concepts/workloads/controllers/job/):
 * a pod a shard. Written for version 1.29 and later, which retry index by index.
 */
import { stringify } from "yaml";
import { type ShardJob, shardLine } from "./shard-job.js";

export interface KubernetesOptions {
	readonly image: string;
	/** Of a persistent volume that pods on several nodes can write (ReadWriteMany). */
	readonly volumeClaim: string;
	/** Where pods, and this machine, see the volume; the journal's folder lies in it. */
	readonly mountPath: string;
	readonly namespace?: string;
	/** How often Kubernetes starts the pod of a shard again by itself. */
	readonly podRetries: number;
}

/** The exit code of Lumos for wrong input: trying again changes nothing. */
const WRONG_INPUT = 2;
/** Seconds that an ended Job stays to be looked at. */
const KEEP_S = 24 * 3600;

/** As YAML, for `kubectl create`, which makes up the rest of the name. */
export function kubernetesManifest(job: ShardJob, shards: readonly number[], options: KubernetesOptions): string {
	const { cpus, memoryMib, timeLimitS, atOnce, workingFolder } = job;
	const resources = { cpu: String(cpus), memory: `${memoryMib}Mi` };
	const manifest = {
		apiVersion: "batch/v1",
		kind: "Job",
		metadata: {
			generateName: "lumos-sweep-",
			...(options.namespace === undefined ? {} : { namespace: options.namespace }),
			labels: { "app.kubernetes.io/name": "lumos-sweep" },
		},
		spec: {
			completionMode: "Indexed",
			completions: shards.length,
			parallelism: Math.min(shards.length, atOnce ?? shards.length),
			backoffLimitPerIndex: options.podRetries,
			// One shard that fails for good does not end the others.
			maxFailedIndexes: shards.length,
			ttlSecondsAfterFinished: KEEP_S,
			podFailurePolicy: {
				rules: [
					// Evicted or preempted: not the shard's fault.
					{ action: "Ignore", onPodConditions: [{ type: "DisruptionTarget", status: "True" }] },
					{ action: "FailIndex", onExitCodes: { operator: "In", values: [WRONG_INPUT] } },
				],
			},
			template: {
				metadata: { labels: { "app.kubernetes.io/name": "lumos-sweep" } },
				spec: {
					restartPolicy: "Never",
					activeDeadlineSeconds: timeLimitS,
					containers: [
						{
							name: "lumos",
							image: options.image,
							workingDir: workingFolder,
							command: ["/bin/sh", "-c", podScript(job, shards)],
							resources: { requests: resources, limits: resources },
							volumeMounts: [{ name: "sweep", mountPath: options.mountPath }],
						},
					],
					volumes: [{ name: "sweep", persistentVolumeClaim: { claimName: options.volumeClaim } }],
				},
			},
		},
	};
	return stringify(manifest, { lineWidth: 0, aliasDuplicateObjects: false });
}

/** Indices of a Job always begin with 0 and leave none out; when only some shards are started, a list says which. */
function podScript(job: ShardJob, shards: readonly number[]): string {
	if (shards.every((shard, i) => shard === i)) return shardLine(job, "$JOB_COMPLETION_INDEX");
	return `set -- ${shards.join(" ")}\nshift "$JOB_COMPLETION_INDEX"\n${shardLine(job, "$1")}`;
}
