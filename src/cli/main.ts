#!/usr/bin/env node
/** The command line: every command in a file of its own, every exit code in `exit.ts`. */
import { CommanderError } from "commander";
import { describeFailure, ExitCode } from "./exit.js";
import { createProgram } from "./program.js";
import { exitOnSignals } from "./signals.js";
import { stdoutFailure } from "./terminal.js";

function fail(error: unknown): void {
	if ((error as NodeJS.ErrnoException | null)?.code === "EPIPE") process.exit(ExitCode.done);
	const { code, line } = describeFailure(error);
	process.stderr.write(`${line}\n`);
	if (process.env.LUMOS_DEBUG && error instanceof Error) process.stderr.write(`${error.stack}\n`);
	process.exit(code);
}

process.stdout.on("error", (error) => fail(stdoutFailure(error)));
// Nobody reads the progress any more.
process.stderr.on("error", () => {});
process.on("uncaughtException", fail);
process.on("unhandledRejection", fail);
exitOnSignals();

try {
	await createProgram().parseAsync();
} catch (error) {
	// Commander has printed help or its own line; setting the code lets a full disk behind stdout be noticed.
	if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? ExitCode.done : ExitCode.input;
	else fail(error);
}
