/** Files that commands write: whole or not there, where they may be and nowhere else. */
import { execFileSync } from "node:child_process";
import {
	chmodSync,
	existsSync,
	lstatSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	statSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { beforeAll, describe, expect, test } from "vitest";
import type { InspectResult } from "../../src/report/inspect-result.js";
import type { ReplayResult } from "../../src/report/replay-result.js";
import {
	expectRefusal,
	fixture,
	lumos,
	lumosJson,
	shell,
	unprivileged,
	unprivilegedCanRun,
} from "../support/run-cli.js";
import { temporaryFolder } from "../support/temporary-folder.js";

const folder = temporaryFolder("cli-outputs");
const job = fixture("dialects/dp2-no-sync-events");

interface Event {
	readonly ph: string;
	readonly name: string;
	readonly pid: number;
	readonly cat?: string;
	readonly ts?: number;
	readonly dur?: number;
	readonly args?: { readonly name?: string };
}

function eventsOf(path: string): Event[] {
	const trace = JSON.parse(gunzipSync(readFileSync(path)).toString()) as { traceEvents: Event[] };
	return trace.traceEvents;
}

describe.concurrent("--perfetto", () => {
	test("writes the replayed timeline into folders that it makes; Lumos reads it again", async () => {
		const path = join(folder, "new/deep/replay.json.gz");
		const { code, stdout } = await lumos(["replay", join(job, "rank0.json.gz"), "--perfetto", path]);
		expect(code).toBe(0);
		expect(stdout).toContain(path);
		const events = eventsOf(path);
		expect(events.filter(({ ph }) => ph === "X").length).toBeGreaterThan(1000);
		expect(events.every(({ ph, dur = 0 }) => ph !== "X" || dur >= 0)).toBe(true);
		expect(readdirSync(join(folder, "new/deep"))).toEqual(["replay.json.gz"]);
		const again = await lumosJson<InspectResult>("inspect", path);
		expect(again.ranks).toMatchObject([{ rank: 0, rankFound: "metadata", device: "NVIDIA H100 80GB HBM3" }]);
	});

	test("--compare puts measured tracks beside the replayed ones", async () => {
		const path = join(folder, "compare.json.gz");
		await lumosJson("replay", job, "--perfetto", path, "--compare");
		const events = eventsOf(path);
		const processes = events.filter(({ ph, name }) => ph === "M" && name === "process_name");
		const sides = ["measured", "replayed"].map((side) => {
			const pids = new Set(processes.filter(({ args }) => args?.name?.includes(side)).map(({ pid }) => pid));
			return events.filter(({ pid, cat }) => pids.has(pid) && cat === "kernel").length;
		});
		expect(sides[0]).toBeGreaterThan(100);
		expect(sides[1]).toBe(sides[0]);
	});
});

describe("pack", () => {
	const packed = join(folder, "job.lumos");
	beforeAll(async () => {
		writeFileSync(packed, "what was there before");
		const { code, stdout } = await lumos(["pack", fixture("tp2pp2"), "--out", packed]);
		expect(code).toBe(0);
		expect(stdout).toMatch(/^Packed {2}.*job\.lumos {2}1\.\d\d MB \(4\.\d\d MB of traces\)\n +4 ranks, 8 steps, /);
	});

	test("what was there is replaced as a whole", () => {
		expect(statSync(packed).size).toBeGreaterThan(100_000);
		expect(readdirSync(folder).filter((name) => name.includes("job.lumos"))).toEqual(["job.lumos"]);
	});

	test.each(["replay", "inspect"])("%s gives the numbers that the traces give", async (command) => {
		const [fromTraces, fromPacked] = await Promise.all(
			[fixture("tp2pp2"), packed].map((path) => lumosJson<ReplayResult | InspectResult>(command, path)),
		);
		expect({ ...fromPacked, timing: {} }).toEqual({ ...fromTraces, timing: {} });
	});

	test.each([
		[["pack", packed], /is packed already; replay or inspect it as it is/],
		[["replay", packed, job], /is a packed graph: give it alone/],
		[["replay", packed, "--kernel-classes", "x.json"], /give --kernel-classes to lumos pack/],
		[["replay", packed, "--perfetto", packed], /is read as input; give another name/],
	])("%j is refused", async (args, line) => {
		expectRefusal(await lumos(args), 2, line);
	});

	test("is named after the traces where no name is given", async () => {
		const cwd = join(folder, "cwd");
		mkdirSync(cwd);
		await lumos(["pack", join(job, "rank0.json.gz")], { cwd });
		expect(readdirSync(cwd)).toEqual(["rank0.lumos"]);
	});

	test("a link stays a link", async () => {
		const target = join(folder, "target.lumos");
		const link = join(folder, "link.lumos");
		writeFileSync(target, "old");
		symlinkSync(target, link);
		await lumosJson("pack", join(job, "rank0.json.gz"), "--out", link);
		expect(lstatSync(link).isSymbolicLink()).toBe(true);
		expect(statSync(target).size).toBeGreaterThan(1000);
	});
});

describe.concurrent("places that cannot be written", () => {
	const file = join(folder, "file.txt");
	writeFileSync(file, "");
	const own = join(folder, "own.json.gz");
	writeFileSync(own, readFileSync(join(job, "rank0.json.gz")));
	test.each([
		["a folder", folder, /is a folder; give the name of a file/],
		["below a file", join(file, "x.json.gz"), /file\.txt is no folder; choose another place/],
		["nothing", "", /name of the file to write is empty/],
		["a device", "/dev/null", /is no regular file/],
		["a trace that is read", own, /is read as input; give another name/],
		["a name that is too long", join(folder, "x".repeat(300)), /no usable file name \(ENAMETOOLONG\)/],
	])("%s", async (_, path, line) => {
		const before = existsSync(path) ? statSync(path) : undefined;
		expectRefusal(await lumos(["replay", own, "--perfetto", path]), 2, line);
		expectRefusal(await lumos(["pack", own, "--out", path]), 2, line);
		expect(existsSync(path) ? statSync(path).ino : undefined).toBe(before?.ino);
	});

	test("a folder of somebody else", async ({ skip }) => {
		if (!(await unprivilegedCanRun())) skip("no user without privileges can run Lumos from here");
		chmodSync(folder, 0o755);
		const closed = join(folder, "closed");
		mkdirSync(closed, { mode: 0o555 });
		const run = await lumos(["pack", own, "--out", join(closed, "x.lumos")], unprivileged);
		expectRefusal(run, 2, /not allowed to write here \(EACCES\)/);
		expect(readdirSync(closed)).toEqual([]);
	});
});

describe("a full disk", () => {
	test("is an error of the environment, and nothing is left", async ({ skip }) => {
		const disk = join(folder, "disk");
		mkdirSync(disk);
		try {
			execFileSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", disk], { stdio: "ignore" });
		} catch {
			skip("a small disk cannot be mounted here");
		}
		try {
			const [packed, timeline] = await Promise.all([
				lumos(["pack", fixture("tp2pp2"), "--out", join(disk, "made/x.lumos")]),
				lumos(["replay", fixture("tp2pp2"), "--perfetto", join(disk, "x.json.gz")]),
			]);
			for (const run of [packed, timeline]) expectRefusal(run, 1, /no space left on the device; nothing was kept/);
			expect(readdirSync(disk)).toEqual([]);
		} finally {
			execFileSync("umount", [disk]);
		}
	});

	test("behind stdout too", async ({ skip }) => {
		if (!existsSync("/dev/full") || statSync("/dev/full").isFile()) skip("there is no /dev/full here");
		const run = await shell(`lumos inspect "${join(job, "rank0.json.gz")}" > /dev/full`);
		expectRefusal(run, 1, /stdout: cannot be written \(ENOSPC\)/);
	});
});
