/** The flags of models, jobs and clusters on a command, and what was given of them. */
import { type Command, Help, Option } from "commander";
import { FLAGS, type Flag } from "../config/flags.js";

export type GivenFlags = readonly (readonly [flag: string, argument: string | boolean])[];

/** In help a command's own flags come first and those of models last, which are the many. */
function sortHelp(command: Command): void {
	const sectionOf = new Map(FLAGS.map(({ flag, section }) => [flag, section]));
	const place = ({ long }: Option): number => {
		const section = sectionOf.get(long ?? "");
		return section === undefined ? 0 : section === "model" ? 2 : 1;
	};
	command.configureHelp({
		visibleOptions(of) {
			return Help.prototype.visibleOptions.call(this, of).toSorted((a, b) => place(a) - place(b));
		},
	});
}

export function withConfigFlags(command: Command, flags: readonly Flag[] = FLAGS): Command {
	for (const { flag, kind, description } of flags) {
		if (kind === "boolean") {
			command.addOption(new Option(flag, description));
			command.addOption(new Option(flag.replace("--", "--no-")).hideHelp());
		} else command.addOption(new Option(`${flag} <value>`, description));
	}
	sortHelp(command);
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
