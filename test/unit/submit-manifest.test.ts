import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { aliveIndices } from "../../src/sweep/submit/kubernetes.js";
import { type KubernetesOptions, kubernetesManifest } from "../../src/sweep/submit/kubernetes-manifest.js";
import type { ShardJob } from "../../src/sweep/submit/shard-job.js";

const job: ShardJob = {
	command: ["lumos", "sweep", "--model", "gpt3-175b", "--grid", "it's mine.yaml"],
	shards: 5,
	journal: "/sweeps/a b",
	workingFolder: "/sweeps",
	cpus: 4,
	memoryMib: 2048,
	timeLimitS: 3600,
};
const options: KubernetesOptions = {
	image: "registry.example/lumos:1",
	volumeClaim: "sweeps",
	mountPath: "/sweeps",
	podRetries: 2,
};

const schemaFile = new URL("../support/kubernetes/job.v1.schema.json", import.meta.url);
const schema = z.fromJSONSchema(JSON.parse(readFileSync(schemaFile, "utf8")));

// biome-ignore lint/suspicious/noExplicitAny: a document of whatever shape.
const manifestOf = (...args: Parameters<typeof kubernetesManifest>): any => parse(kubernetesManifest(...args));

test("the manifest is what Kubernetes' schema of a Job describes", () => {
	const full = { ...options, namespace: "training" };
	for (const manifest of [manifestOf(job, [0, 1, 2, 3, 4], options), manifestOf({ ...job, atOnce: 2 }, [1, 4], full)]) {
		expect(schema.safeParse(manifest).error).toBeUndefined();
		// What its API server checks beyond the schema.
		const { spec } = manifest;
		expect(spec.template.spec.restartPolicy).toBe("Never");
		expect(spec.maxFailedIndexes).toBeLessThanOrEqual(spec.completions);
		expect(spec.parallelism).toBeGreaterThan(0);
		const [mount] = spec.template.spec.containers[0].volumeMounts;
		expect(spec.template.spec.volumes.map(({ name }: { name: string }) => name)).toEqual([mount.name]);
	}
});

test("the schema refuses what the API server would", () => {
	const broken: [string, (manifest: ReturnType<typeof manifestOf>) => void][] = [
		["a misspelt key", ({ spec }) => Object.assign(spec, { completion: 3 })],
		["a number as text", ({ spec }) => Object.assign(spec, { completions: "3" })],
		[
			"a number for an amount",
			({ spec }) => Object.assign(spec.template.spec.containers[0].resources.limits, { cpu: {} }),
		],
		["an unknown word", ({ spec }) => Object.assign(spec, { completionMode: "indexed" })],
		["another version", (manifest) => Object.assign(manifest, { apiVersion: "batch/v2" })],
		["no template", ({ spec }) => delete spec.template],
		["no claim", ({ spec }) => delete spec.template.spec.volumes[0].persistentVolumeClaim.claimName],
	];
	for (const [what, breakIt] of broken) {
		const manifest = manifestOf(job, [0, 1], options);
		breakIt(manifest);
		expect(schema.safeParse(manifest).success, what).toBe(false);
	}
});

test("a manifest's pods run the shards that it is for, whatever stands in the arguments", () => {
	const argumentsOf = (shards: number[], index: number): string[] => {
		const { command } = manifestOf({ ...job, command: ["printf", "%s\\n", ...job.command] }, shards, options).spec
			.template.spec.containers[0];
		const env = { ...process.env, JOB_COMPLETION_INDEX: String(index) };
		return spawnSync(command[0], command.slice(1), { env, encoding: "utf8" }).stdout.split("\n").slice(0, -1);
	};
	const shard = (i: number) => [...job.command, "--shard", `${i}/5`, "--journal", "/sweeps/a b", "--resume"];
	expect(argumentsOf([0, 1, 2, 3, 4], 3)).toEqual(shard(3));
	expect(argumentsOf([1, 4], 0)).toEqual(shard(1));
	expect(argumentsOf([1, 4], 1)).toEqual(shard(4));
});

test("which shards of a Job are still to come", () => {
	const alive = (status: object) => aliveIndices(JSON.stringify({ kind: "Job", status }), [2, 5, 6, 9]);
	expect(alive({})).toEqual({ shards: new Set([2, 5, 6, 9]), running: 0 });
	expect(alive({ active: 2, ready: 1, completedIndexes: "0,2", failedIndexes: "3" })).toEqual({
		shards: new Set([5]),
		running: 1,
	});
	expect(alive({ active: 1, completedIndexes: "0-2" })).toEqual({ shards: new Set([9]), running: 1 });
	const failed = [{ type: "Failed", status: "True" }];
	expect(alive({ active: 1, conditions: failed })).toEqual({ shards: new Set(), running: 0 });
	expect(alive({ active: 1, conditions: [{ type: "Suspended", status: "True" }] }).shards.size).toBe(4);
});
