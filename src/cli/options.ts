/** Options that several commands share, and the checks of their values. */
import { type Command, InvalidArgumentError, Option } from "commander";
import { DEFAULT_MAX_BYTES, DEFAULT_MAX_RATIO } from "../trace/options.js";

export interface ReadFlags {
	readonly strict?: boolean;
	readonly maxBytes?: number;
	readonly maxRatio?: number;
	readonly kernelClasses?: string;
	readonly workers?: number;
	readonly assumeReplicas?: boolean;
	/** False: neither look for a kept graph nor keep one. */
	readonly cache?: boolean;
	readonly json?: boolean;
}

const GIB = 1024 ** 3;

/** Bytes of `1000`, `500M`, `64G`, `64GiB`. */
export function parseBytes(text: string): number {
	const found = /^(\d+(?:\.\d+)?)\s*(?:([kmgt])(i?))?b?$/i.exec(text.trim());
	const [, number, unit = "", binary] = found ?? [];
	const value = Number(number) * (binary ? 1024 : 1000) ** ("kmgt".indexOf(unit.toLowerCase() || " ") + 1);
	if (!(value > 0)) throw new InvalidArgumentError("give a size such as 500M or 64GiB");
	return value;
}

export function parsePositive(text: string): number {
	const value = Number(text);
	if (!(value > 0) || !Number.isFinite(value)) throw new InvalidArgumentError("give a number above 0");
	return value;
}

/** A whole number from 1 on. */
export function parseCount(text: string): number {
	if (!/^[1-9]\d{0,5}$/.test(text.trim())) throw new InvalidArgumentError("give a whole number from 1 on");
	return Number(text);
}

/** A whole number from 0 on. */
export function parseWhole(text: string): number {
	if (!/^\d{1,6}$/.test(text.trim())) throw new InvalidArgumentError("give a whole number from 0 on");
	return Number(text);
}

/** `all` or the N of `ProfilerStep#N`. */
export function parseStep(text: string): number | "all" {
	if (text === "all") return text;
	if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError("give the N of ProfilerStep#N, or all");
	return Number(text);
}

/** `RANK=FACTOR`, given once or more often. */
export function parseSlowdown(text: string, before: ReadonlyMap<number, number> = new Map()): Map<number, number> {
	const [, rank, factor] = /^(\d{1,9})=(.+)$/.exec(text.trim()) ?? [];
	const value = Number(factor);
	if (rank === undefined || !(value > 0) || !Number.isFinite(value))
		throw new InvalidArgumentError("give RANK=FACTOR with a factor above 0, such as 3=1.5");
	if (before.has(Number(rank))) throw new InvalidArgumentError(`rank ${Number(rank)} has a factor already`);
	return new Map([...before, [Number(rank), value]]);
}

/** A rank or `all`, given once or more often. */
export function parseRanks(text: string, before: readonly (number | "all")[] = []): (number | "all")[] {
	if (text === "all") return [...before, text];
	if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError("give the number of a rank, or all");
	return [...before, Number(text)];
}

type TracesArgument = "<traces...>" | "[traces...]";

/** What traces are read, and how. @param traces whether a command needs them */
export function withTraceFlags(command: Command, traces: TracesArgument): Command {
	return command
		.argument(traces, "a directory of traces, trace files (.json, .json.gz, .json.zst), or a packed .lumos file")
		.option("--strict", "refuse truncated or corrupt traces instead of reading up to their last whole event")
		.addOption(
			new Option(
				"--max-bytes <size>",
				`refuse a trace whose text is longer (default: ${DEFAULT_MAX_BYTES / GIB}GiB)`,
			).argParser(parseBytes),
		)
		.addOption(
			new Option(
				"--max-ratio <n>",
				`refuse a compressed trace whose text is over n times as long (default: ${DEFAULT_MAX_RATIO})`,
			).argParser(parsePositive),
		)
		.option("--assume-replicas", "take data-parallel replicas that are not given as copies of those that are");
}

export function withReadFlags(command: Command, traces: TracesArgument = "<traces...>"): Command {
	return withTraceFlags(command, traces)
		.addOption(
			new Option("--workers <n>", "read with so many worker threads (default: one a core, for large sets)").argParser(
				parseCount,
			),
		)
		.option("--json", "print one JSON document instead of text");
}

export function withGraphFlags(command: Command): Command {
	return withReadFlags(command).option(
		"--kernel-classes <file>",
		'further kernel classes: a JSON list of {"pattern", "class": compute, communication or memory}',
	);
}
