#!/usr/bin/env node
/** The command line: every command in a file of its own, every exit code in `exit.ts`. */
import { Command, CommanderError } from "commander";
import { describeFailure, ExitCode } from "./exit.js";
import { addInspect } from "./inspect.js";
import { addPack } from "./pack.js";
import { addReplay } from "./replay.js";
import { version } from "./version.js";

function fail(error: unknown): never {
	// commander has printed its own line, or help.
	if (error instanceof CommanderError) process.exit(error.exitCode === 0 ? ExitCode.done : ExitCode.input);
	const { code, line } = describeFailure(error);
	process.stderr.write(`${line}\n`);
	if (process.env.LUMOS_DEBUG && error instanceof Error) process.stderr.write(`${error.stack}\n`);
	process.exit(code);
}

// A reader that goes away (`| head`) is no error of ours.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
	if (error.code === "EPIPE") process.exit(ExitCode.done);
	fail(error);
});
process.on("uncaughtException", fail);
process.on("unhandledRejection", fail);
process.on("SIGINT", () => process.exit(ExitCode.interrupted));
process.on("SIGTERM", () => process.exit(ExitCode.terminated));

const program = new Command("lumos")
	.description("Trace-driven performance simulator for large-scale LLM training")
	.version(version)
	.showHelpAfterError("(see --help)")
	.exitOverride();
addInspect(program);
addReplay(program);
addPack(program);
for (const command of program.commands) command.exitOverride();

try {
	await program.parseAsync();
} catch (error) {
	fail(error);
}
