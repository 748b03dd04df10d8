/**
 * A Slurm cluster of one node on this machine, in a scratch folder and on ports of its own, beside whatever else runs
 * here. Nothing of it is left when it stops.
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmodSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { withSbin } from "./install.js";

/** What the node claims to have, whatever the machine has: four small tasks start at once. */
const NODE = { cpus: 4, memoryMib: 4000 } as const;

const START_MS = 30_000;

export class SlurmCluster {
	/** With which Slurm's commands talk to this cluster. */
	readonly env: Readonly<Record<string, string>>;
	readonly #folder: string;
	readonly #daemons: readonly ChildProcess[];

	private constructor(folder: string, daemons: readonly ChildProcess[], env: Readonly<Record<string, string>>) {
		this.#folder = folder;
		this.#daemons = daemons;
		this.env = env;
	}

	/** @throws Error with the ends of the daemons' logs where the node does not come up. */
	static async start(): Promise<SlurmCluster> {
		const folder = mkdtempSync(join(tmpdir(), "lumos-slurm-"));
		// munged wants its socket where everybody can reach it.
		chmodSync(folder, 0o755);
		for (const name of ["state", "spool", "run", "log"]) mkdirSync(join(folder, name), { mode: 0o755 });
		const at = (name: string): string => join(folder, name);
		writeFileSync(at("munge.key"), randomBytes(1024), { mode: 0o400 });
		writeFileSync(at("slurm.conf"), configuration(folder, await freePort(), await freePort()));
		const env = { SLURM_CONF: at("slurm.conf"), PATH: withSbin().PATH! };
		const daemon = (name: string, args: readonly string[]): ChildProcess => {
			const log = openSync(at(`log/${name}`), "a");
			return spawn(name, args, { stdio: ["ignore", log, log], env: { ...process.env, ...env } });
		};
		const munge = {
			socket: "run/munge",
			"key-file": "munge.key",
			"pid-file": "run/munged.pid",
			"seed-file": "run/seed",
		};
		const files = Object.entries(munge).map(([option, name]) => `--${option}=${at(name)}`);
		const cluster = new SlurmCluster(
			folder,
			[
				daemon("munged", ["--foreground", `--log-file=${at("log/munged.log")}`, ...files]),
				daemon("slurmctld", ["-D", "-f", at("slurm.conf")]),
				daemon("slurmd", ["-D", "-f", at("slurm.conf")]),
			],
			env,
		);
		try {
			await cluster.#up();
		} catch (error) {
			await cluster.stop();
			throw error;
		}
		return cluster;
	}

	/** What one of Slurm's commands prints. */
	run(program: string, ...args: readonly string[]): string {
		return spawnSync(program, args, { encoding: "utf8", env: { ...process.env, ...this.env } }).stdout.trim();
	}

	async #up(): Promise<void> {
		for (const started = Date.now(); Date.now() - started < START_MS; await setTimeout(100))
			if (this.run("sinfo", "--noheader", "--format=%t") === "idle") return;
		const logs = ["munged", "slurmctld", "slurmd"].map(
			(name) =>
				`${name}: ${readFileSync(join(this.#folder, "log", name), "utf8")
					.split("\n")
					.slice(-8)
					.join("\n")}`,
		);
		throw new Error(`the node does not come up\n${logs.join("\n")}`);
	}

	/** Ends all jobs and daemons, and removes the folder. */
	async stop(): Promise<void> {
		this.run("scancel", "--signal=KILL", "--full", "--state=running");
		// Steps end by themselves once their job has gone; daemons go in the order in which they need each other.
		for (const daemon of [...this.#daemons].reverse()) {
			if (daemon.exitCode !== null || daemon.signalCode !== null) continue;
			const ended = new Promise((resolve) => daemon.once("exit", resolve));
			daemon.kill("SIGTERM");
			await Promise.race([ended, setTimeout(5000).then(() => daemon.kill("SIGKILL"))]);
		}
		rmSync(this.#folder, { recursive: true, force: true });
	}
}

/** No accounting, no cgroups, which containers lack, and a scheduler that looks every second. */
function configuration(folder: string, controllerPort: number, nodePort: number): string {
	const host = hostname().split(".")[0]!;
	const settings = {
		ClusterName: "lumos",
		SlurmctldHost: `${host}(127.0.0.1)`,
		SlurmctldPort: controllerPort,
		SlurmdPort: nodePort,
		AuthType: "auth/munge",
		AuthInfo: `socket=${folder}/run/munge`,
		SlurmUser: "root",
		SlurmdUser: "root",
		StateSaveLocation: `${folder}/state`,
		SlurmdSpoolDir: `${folder}/spool`,
		SlurmctldPidFile: `${folder}/run/slurmctld.pid`,
		SlurmdPidFile: `${folder}/run/slurmd.pid`,
		ProctrackType: "proctrack/linuxproc",
		TaskPlugin: "task/none",
		// The node is what this file says, whatever the machine has.
		SlurmdParameters: "config_overrides",
		SwitchType: "switch/none",
		MpiDefault: "none",
		JobAcctGatherType: "jobacct_gather/none",
		AccountingStorageType: "accounting_storage/none",
		SelectType: "select/cons_tres",
		SelectTypeParameters: "CR_CPU_Memory",
		SchedulerType: "sched/backfill",
		SchedulerParameters: "batch_sched_delay=0,sched_interval=1,sched_min_interval=0,bf_interval=1",
		// Jobs are forgotten soon, as on a busy cluster.
		MinJobAge: 2,
		ReturnToService: 2,
	};
	return [
		...Object.entries(settings).map(([name, value]) => `${name}=${value}`),
		`NodeName=${host} NodeAddr=127.0.0.1 CPUs=${NODE.cpus} RealMemory=${NODE.memoryMib}`,
		`PartitionName=main Nodes=${host} Default=YES MaxTime=60 State=UP`,
		"",
	].join("\n");
}

function freePort(): Promise<number> {
	return new Promise((resolve, reject) => {
		const server = createServer().on("error", reject);
		server.listen(0, "127.0.0.1", () => {
			const address = server.address();
			server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
		});
	});
}
