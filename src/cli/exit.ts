/** Exit codes, as the contract has them, and the one line that goes with each. */
import { EnvironmentError, UserError } from "../lib/errors.js";

export const ExitCode = {
	done: 0,
	/** Disk full, a worker died, no memory. */
	environment: 1,
	/** The user's input is wrong. */
	input: 2,
	/** A bug of ours (EX_SOFTWARE). */
	bug: 70,
} as const;

const SYSTEM_FAILURES = new Set(["ENOSPC", "EDQUOT", "EMFILE", "ENFILE", "ENOMEM", "EIO", "EROFS", "EFBIG"]);

/** The exit code of an error, and what to print about it on stderr. */
export function describeFailure(error: unknown): { readonly code: number; readonly line: string } {
	const message = oneLine(error instanceof Error ? error.message : String(error));
	if (error instanceof UserError) return { code: ExitCode.input, line: `lumos: ${message}` };
	const code = (error as NodeJS.ErrnoException | undefined)?.code;
	if (error instanceof EnvironmentError || (code !== undefined && SYSTEM_FAILURES.has(code)))
		return { code: ExitCode.environment, line: `lumos: ${message}` };
	if (error instanceof RangeError && /allocation|memory/i.test(message))
		return { code: ExitCode.environment, line: `lumos: out of memory (${message}); read fewer ranks at a time` };
	return {
		code: ExitCode.bug,
		line: `lumos: internal error: ${message}; please report it (LUMOS_DEBUG=1 shows where)`,
	};
}

export function oneLine(text: string): string {
	return text.replaceAll(/\s*\n\s*/g, " ");
}
