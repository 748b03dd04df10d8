/** The axes that a grid file and flags name together, and whether their product can be searched. */
import { readDescription } from "../../config/read-description.js";
import { UserError } from "../../lib/errors.js";
import { formatCount } from "../../lib/format.js";
import { readText } from "../../lib/read-text.js";
import type { Axis, AxisValue } from "../axes.js";
import type { NamedAxes } from "../default-axes.js";
import { gridSchema } from "./schema.js";

/** Each takes about two microseconds to be looked at. */
const MOST_COMBINATIONS = 5e6;

/** @throws UserError with file, line and column */
export function readGrid(path: string): NamedAxes {
	const grid = readDescription(path, gridText(path), gridSchema) as Readonly<Record<string, AxisValue | AxisValue[]>>;
	return new Map(
		Object.entries(grid).map(([name, given]) => {
			const values = Array.isArray(given) ? given : [given];
			const twice = values.find((value, i) => values.indexOf(value) < i);
			if (twice !== undefined) throw new UserError(`${path}: ${name} has ${twice} twice; leave one out`);
			return [name, values];
		}),
	);
}

/** A file with no grid in it is still a choice: nothing is narrowed. */
function gridText(path: string): string {
	const text = readText(path, "give the path of a YAML grid");
	return /^\s*(#.*\s*)*$/.test(text) ? "{}" : text;
}

/** @throws UserError where a flag and the grid name the same axis. */
export function joinAxes(flags: NamedAxes, grid: NamedAxes, path: string): NamedAxes {
	for (const name of grid.keys())
		if (flags.has(name))
			throw new UserError(`${path}: ${name} is an axis of the grid and a flag, too; leave one of them out`);
	return new Map([...flags, ...grid]);
}

/** @throws UserError for more than can be looked at. */
export function checkSize(axes: readonly Axis[]): void {
	const total = axes.reduce((all, { values }) => all * values.length, 1);
	if (total <= MOST_COMBINATIONS) return;
	const longest = [...axes].sort((a, b) => b.values.length - a.values.length).slice(0, 3);
	const names = longest.map(({ name, values }) => `${name} (${values.length} values)`).join(", ");
	throw new UserError(
		`${formatCount(total)} combinations are more than the ${formatCount(MOST_COMBINATIONS)} that are looked at; narrow an axis in a grid, first of all ${names}`,
	);
}
