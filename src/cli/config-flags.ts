/** The flags of models, jobs and clusters on a command, and what was given of them. */
import { type Command, Option } from "commander";
import { FLAGS, type Flag } from "../config/flags.js";

export type GivenFlags = readonly (readonly [flag: string, argument: string | boolean])[];

export function withConfigFlags(command: Command, flags: readonly Flag[] = FLAGS): Command {
	for (const { flag, kind, description } of flags) {
		if (kind === "boolean") {
			command.addOption(new Option(flag, description));
			command.addOption(new Option(flag.replace("--", "--no-")).hideHelp());
		} else command.addOption(new Option(`${flag} <value>`, description));
	}
	return command;
}

/** In the table's order; values as they were typed. */
export function givenFlags(command: Command): GivenFlags {
	return FLAGS.flatMap(({ flag }) => {
		const option = command.options.find(({ long, negate }) => long === flag && !negate);
		const key = option?.attributeName();
		if (key === undefined || command.getOptionValueSource(key) !== "cli") return [];
		return [[flag, command.getOptionValue(key) as string | boolean] as const];
	});
}
