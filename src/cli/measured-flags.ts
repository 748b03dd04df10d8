/** The flags that the commands that read measured rows share. */
import { type Command, Option } from "commander";
import { ROW_FLAGS } from "../predict/measured/columns.js";
import { FRAMEWORKS, type FrameworkName } from "../predict/measured/defaults.js";
import { withConfigFlags } from "./config-flags.js";

export interface MeasuredFlags {
	readonly hardware: string;
	readonly network?: string;
	readonly framework: FrameworkName;
	readonly json?: boolean;
}

export function withMeasuredFlags(command: Command): Command {
	command
		.option("--network <name>", "another network between the nodes: a preset or a YAML file")
		.addOption(
			new Option("--framework <name>", "whose habits the rows were measured with")
				.choices(Object.keys(FRAMEWORKS))
				.default("megatron-deepspeed"),
		)
		.option("--json", "print one JSON document");
	return withConfigFlags(command, ROW_FLAGS);
}
