/** Runs the programs of a cluster's scheduler. */
import { spawn } from "node:child_process";
import { EnvironmentError } from "../../lib/errors.js";

export interface ToolResult {
	readonly code: number | null;
	readonly stdout: string;
	readonly stderr: string;
}

/**
 * Runs `program` to its end and returns what it printed, whatever its exit code.
 * @throws EnvironmentError where there is no such program.
 */
export function runTool(program: string, args: readonly string[], input = ""): Promise<ToolResult> {
	return new Promise((resolve, reject) => {
		const child = spawn(program, args, { stdio: ["pipe", "pipe", "pipe"] });
		const texts = { stdout: "", stderr: "" };
		for (const name of ["stdout", "stderr"] as const)
			child[name].setEncoding("utf8").on("data", (text: string) => {
				texts[name] += text;
			});
		child
			.on("error", (error: NodeJS.ErrnoException) =>
				reject(
					new EnvironmentError(
						error.code === "ENOENT"
							? `${program}: no such program here; run this on a machine that has it, or --dry-run to see what it would be given`
							: `${program}: could not be started (${error.code})`,
					),
				),
			)
			.on("close", (code) => resolve({ code, ...texts }));
		// One that ends without reading says why on stderr.
		child.stdin.on("error", () => {}).end(input);
	});
}

/**
 * The same for one that must succeed.
 * @throws EnvironmentError with what it printed on stderr.
 */
export async function runToolWell(program: string, args: readonly string[], input = ""): Promise<string> {
	const result = await runTool(program, args, input);
	if (result.code !== 0) throw toolFailure(program, result);
	return result.stdout;
}

/** Lines of an error that are worth repeating: what is wrong, and what that made fail. */
const LINES = 3;

export function toolFailure(program: string, { code, stderr }: ToolResult): EnvironmentError {
	const lines = stderr
		.split("\n")
		.map((line) =>
			line
				.trim()
				.replace(new RegExp(`^${program}: `), "")
				.replace(/^error: /i, ""),
		)
		.filter((line) => line !== "");
	return new EnvironmentError(`${program}: ${lines.slice(-LINES).join("; ") || `exit code ${code}`}`);
}
