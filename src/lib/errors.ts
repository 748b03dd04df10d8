/**
 * The two kinds of failure that are nobody's bug. Everything else that is thrown is ours (exit 70).
 */

/** The user's input is wrong: one line that says what, where and what to do. Exit code 2. */
export class UserError extends Error {
	override readonly name = "UserError";
}

/** The machine let us down: disk full, a worker died, no memory. Exit code 1. */
export class EnvironmentError extends Error {
	override readonly name = "EnvironmentError";
}
