/** Options that several commands share, and the checks of their values. */
import { type Command, InvalidArgumentError, Option } from "commander";

export interface ReadFlags {
	readonly strict?: boolean;
	readonly maxBytes?: number;
	readonly maxRatio?: number;
	readonly kernelClasses?: string;
	readonly json?: boolean;
}

const UNITS: Readonly<Record<string, number>> = { "": 1, k: 1e3, m: 1e6, g: 1e9, t: 1e12 };

/** `64G`, `500M`, `1000`. */
export function parseBytes(text: string): number {
	const found = /^(\d+(?:\.\d+)?)\s*([kmgt]?)b?$/i.exec(text.trim());
	if (!found) throw new InvalidArgumentError("give a size such as 500M or 64G");
	return Number(found[1]) * UNITS[found[2]!.toLowerCase()]!;
}

export function parsePositive(text: string): number {
	const value = Number(text);
	if (!(value > 0) || !Number.isFinite(value)) throw new InvalidArgumentError("give a number above 0");
	return value;
}

/** `all` or the N of `ProfilerStep#N`. */
export function parseStep(text: string): number | undefined {
	if (text === "all") return undefined;
	if (!/^\d+$/.test(text)) throw new InvalidArgumentError("give the N of ProfilerStep#N, or all");
	return Number(text);
}

export function withReadFlags(command: Command): Command {
	return command
		.argument("<traces...>", "a directory of traces, trace files (.json, .json.gz, .json.zst), or a packed .lumos file")
		.option("--strict", "refuse truncated or corrupt traces instead of reading up to their last whole event")
		.addOption(new Option("--max-bytes <size>", "refuse traces that inflate beyond this").argParser(parseBytes))
		.addOption(
			new Option("--max-ratio <n>", "refuse traces that inflate beyond n times their size").argParser(parsePositive),
		)
		.option("--kernel-classes <file>", "further kernel classes: a JSON list of pattern and class")
		.option("--json", "print one JSON document instead of text");
}
