/** Runs a command of the program in this process where it is to be refused: a process of its own would add nothing. */
import { expect } from "vitest";
import { createProgram } from "../../src/cli/program.js";
import { UserError } from "../../src/lib/errors.js";

/** @param line of the error, which is the user's */
export async function expectRefusedHere(args: readonly string[], line: RegExp): Promise<void> {
	const error = await createProgram()
		.parseAsync([...args], { from: "user" })
		.then(
			() => undefined,
			(refusal: unknown) => refusal,
		);
	expect(error).toBeInstanceOf(UserError);
	expect((error as UserError).message).toMatch(line);
	expect((error as UserError).message).not.toContain("\n");
}
