import { join } from "node:path";
import { expect, test } from "vitest";
import { schedulerOf } from "../../src/cli/sweep-scheduler.js";
import { parseSeconds } from "../../src/cli/sweep-submit-flags.js";
import { packageRoot } from "../../tools/source-files.js";

type Flags = Parameters<typeof schedulerOf>[0];

const flags = {
	shards: 2,
	cpus: 3,
	memory: 1.5 * 1024 ** 3,
	time: 90.5,
	podRetries: 1,
	image: "lumos:1",
	volumeClaim: "sweeps",
} as unknown as Flags;

const describe = (change: Partial<Flags>, typed: readonly string[] = [], traces: readonly string[] = []): string =>
	schedulerOf({ ...flags, ...change }, "/sweeps/one", traces, typed).describe([0, 1]);

test("what Kubernetes needs and is not given is asked for", () => {
	const { image: _, ...noImage } = flags;
	const { volumeClaim: __, ...noClaim } = flags;
	const refused = (given: object, text: string | RegExp, traces: readonly string[] = []): void =>
		expect(() => schedulerOf({ ...given, k8s: true } as Flags, "/sweeps/one", traces, [])).toThrow(text);
	refused(noImage, "--k8s needs --image");
	refused(noClaim, "--k8s needs --volume-claim");
	refused(
		{ ...flags, mount: "/sweeps/on" },
		"/sweeps/one: is not in the volume, which pods see at /sweeps/on; put it there",
	);
	refused(flags, "/traces/job.lumos: is not in the volume", ["/traces/job.lumos"]);
	const hardware = join(packageRoot, "package.json");
	refused({ ...flags, hardware }, `${hardware}: is not in the volume`);
	// A preset is no file.
	expect(describe({ k8s: true, mount: "/sweeps", hardware: "a100-80g" })).toContain("mountPath: /sweeps\n");
});

test("a shard starts this installation, the image's or what is said, with what was typed and its CPUs", () => {
	const typed = ["--gpus=8", "--no-swiglu"];
	const here = `exec ${process.execPath} ${join(packageRoot, "src/cli/main.js")} sweep --gpus=8 --no-swiglu --workers=3 --shard`;
	expect(describe({ slurm: true }, typed)).toContain(here);
	expect(describe({ slurm: true }, typed, ["traces"])).toContain("main.js sweep traces --gpus=8 --no-swiglu");
	expect(describe({ k8s: true }, typed)).toContain("exec lumos sweep --gpus=8 --no-swiglu --workers=3 --shard");
	expect(describe({ slurm: true, lumos: " srun  lumos " })).toContain("exec srun lumos sweep --workers=3 --shard");
	expect(describe({ slurm: true })).toMatch(/--mem=1536M\n.*--time=00:01:31\n/);
	expect(describe({ k8s: true })).toMatch(/activeDeadlineSeconds: 91\n/);
});

test("times have a unit", () => {
	expect(["90s", "1.5m", "2h", "1d"].map(parseSeconds)).toEqual([90, 90, 7200, 86_400]);
	for (const text of ["", "90", "0s", "-1h", "1w", "h"]) expect(() => parseSeconds(text), text).toThrow(/such as 90s/);
});
