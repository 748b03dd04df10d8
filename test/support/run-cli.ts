/** Runs the built command as a user does: in a process of its own, with nothing but arguments, files and signals. */
import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { join } from "node:path";
import { expect } from "vitest";
import { packageRoot } from "../../tools/source-files.js";

export interface Run {
	/** Null where a signal ended it. */
	readonly code: number | null;
	readonly signal: NodeJS.Signals | null;
	readonly stdout: string;
	readonly stderr: string;
}

export interface RunOptions extends Pick<SpawnOptions, "cwd" | "uid" | "gid"> {
	readonly env?: Readonly<Record<string, string>>;
	/** Called once the process is there. */
	readonly meanwhile?: (child: ChildProcess) => void;
}

export const fixture = (name: string): string => join(packageRoot, "fixtures", name);

/** Longer than this is a hang. */
const HANG_MS = 45_000;

const command = [process.execPath, join(packageRoot, "dist/cli/main.js")] as const;

export function lumos(args: readonly string[], options: RunOptions = {}): Promise<Run> {
	return run(command[0], [command[1], ...args], options);
}

/** A line of shell in which `lumos` stands for the command. */
export function shell(line: string, options: RunOptions = {}): Promise<Run> {
	return run("/bin/sh", ["-c", `lumos() { "${command[0]}" "${command[1]}" "$@"; }\n${line}`], options);
}

function run(program: string, args: readonly string[], options: RunOptions): Promise<Run> {
	const { env, meanwhile, ...rest } = options;
	// What the shell of whoever runs the tests says of its terminal must not matter.
	const { FORCE_COLOR: _, NO_COLOR: __, COLUMNS: ___, LUMOS_DEBUG: ____, ...inherited } = process.env;
	const child = spawn(program, args, {
		stdio: ["ignore", "pipe", "pipe"],
		timeout: HANG_MS,
		killSignal: "SIGKILL",
		// Nor does a test leave anything in their folders.
		env: { ...inherited, LC_ALL: "C.UTF-8", LUMOS_CACHE: "off", ...env },
		...rest,
	});
	meanwhile?.(child);
	return new Promise((resolve, reject) => {
		const texts = { stdout: "", stderr: "" };
		for (const name of ["stdout", "stderr"] as const) {
			child[name]?.setEncoding("utf8").on("data", (text: string) => {
				texts[name] += text;
			});
		}
		child
			.on("error", reject)
			.on("close", (code, signal) =>
				resolve({ code, signal, stdout: texts.stdout, stderr: withoutProgress(texts.stderr) }),
			);
	});
}

/** Progress shows only where reading takes its time: on a busy machine, that is. */
function withoutProgress(stderr: string): string {
	return stderr.replaceAll(/^(Reading|Writing|Simulating)( \d+ traces)? {2}.*\n/gm, "");
}

/** The document of a run that must succeed. */
export async function lumosJson<T>(...args: readonly string[]): Promise<T> {
	const run = await lumos([...args, "--json"]);
	expect(run).toMatchObject({ code: 0, stderr: "" });
	return JSON.parse(run.stdout) as T;
}

/** What the contract says of every refusal: nothing on stdout, one line on stderr, no trace of where in the code. */
export function expectRefusal(run: Run, code: number, line: RegExp | string): void {
	expect(run.stderr).toMatch(line);
	expect(run).toMatchObject({ code, stdout: "" });
	expect(run.stderr).toMatch(/^lumos: [^\n]{10,}\n$/);
	expect(run.stderr).not.toMatch(/internal error|\.js:\d|undefined|\[object/);
}

/** Options under which permissions count, also where the tests run as the superuser. */
export const unprivileged: RunOptions = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};

/** Whether such a user may run Lumos from here at all. */
export async function unprivilegedCanRun(): Promise<boolean> {
	if (process.platform === "win32") return false;
	try {
		return (await lumos(["--version"], unprivileged)).code === 0;
	} catch {
		return false;
	}
}
