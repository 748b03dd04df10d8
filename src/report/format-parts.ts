/** Pieces that the output of several commands shares. */
import { formatCount, formatMs } from "../lib/format.js";
import { printable } from "./names.js";
import type { Style } from "./style.js";

interface Warning {
	readonly code: string;
	readonly message: string;
	readonly count: number;
}

interface Timing {
	readonly ingestMs: number;
	readonly totalMs: number;
	readonly peakRssMb: number;
	readonly workers: number;
}

/** Warnings shown one by one; the JSON has all. */
const MAX_WARNINGS = 10;

export function section(title: string, lines: readonly string[], style: Style): string[] {
	return ["", style.heading(title), ...lines];
}

export function warningLines(warnings: readonly Warning[], style: Style): string[] {
	if (warnings.length === 0) return [];
	const shown = warnings.slice(0, MAX_WARNINGS).map(({ code, message, count }) => {
		const times = count > 1 ? style.dim(` (${formatCount(count)} times)`) : "";
		return `  ${style.warn(code)}  ${printable(message)}${times}`;
	});
	const left = warnings.length - shown.length;
	if (left > 0) shown.push(style.dim(`  ${ellipsis(style)} and ${plural(left, "more warning")}; --json lists all`));
	return section("Warnings", shown, style);
}

/** `read 210.0 ms, graph 31.00 ms, total 260.0 ms, peak 182 MB, 1 worker`. */
export function timingLines(timing: Timing, between: readonly (readonly [string, number])[], style: Style): string[] {
	const parts: (readonly [string, number])[] = [["read", timing.ingestMs], ...between, ["total", timing.totalMs]];
	const times = parts.map(([name, ms]) => `${name} ${formatMs(ms)}`);
	const rest = [`peak ${timing.peakRssMb.toFixed(0)} MB`, plural(timing.workers, "worker")];
	return wrap([...times, ...rest], style.width).map(style.dim);
}

/** Joins parts by commas into lines of at most `width`. */
export function wrap(parts: readonly string[], width: number): string[] {
	const lines: string[] = [];
	for (const part of parts) {
		const last = lines.at(-1);
		if (last !== undefined && last.length + part.length + 3 <= width) lines[lines.length - 1] = `${last}, ${part}`;
		else {
			if (last !== undefined) lines[lines.length - 1] = `${last},`;
			lines.push(part);
		}
	}
	return lines;
}

export function plural(count: number, noun: string): string {
	return `${formatCount(count)} ${noun}${count === 1 ? "" : "s"}`;
}

export function ellipsis(style: Style): string {
	return style.unicode ? "\u2026" : "...";
}
