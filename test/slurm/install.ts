/** Debian's Slurm, installed where it is missing and may be. */
import { spawnSync } from "node:child_process";

const PROGRAMS = ["munged", "slurmctld", "slurmd", "sbatch", "squeue", "scancel", "sinfo"];
const PACKAGES = ["munge", "slurmctld", "slurmd", "slurm-client"];

/** Seconds that a step of the installation may take. */
const PATIENCE_S = 120;

/** What keeps Slurm from running here; undefined where nothing does. */
export function slurmMissing(): string | undefined {
	if (process.platform !== "linux") return "Slurm runs on Linux";
	if (process.getuid?.() !== 0) return "its daemons want the superuser";
	if (PROGRAMS.every(installed)) return undefined;
	if (!installed("apt-get")) return "it is not installed, and there is no apt-get";
	const fetching = ["-o", "Acquire::Retries=0", "-o", "Acquire::http::Timeout=20", "-o", "DPkg::Lock::Timeout=60"];
	for (const step of [["update"], ["install", "--yes", "--no-install-recommends", ...PACKAGES]]) {
		const { status } = spawnSync("apt-get", ["-qq", ...fetching, ...step], {
			env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
			timeout: PATIENCE_S * 1000,
			stdio: ["ignore", "ignore", "ignore"],
		});
		if (status !== 0) return `apt-get ${step[0]} does not succeed here`;
	}
	return PROGRAMS.every(installed) ? undefined : "its packages do not bring all its programs";
}

function installed(program: string): boolean {
	return spawnSync("sh", ["-c", `command -v ${program}`], { env: withSbin() }).status === 0;
}

/** The daemons lie where only the superuser looks. */
export function withSbin(): NodeJS.ProcessEnv {
	return { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` };
}
