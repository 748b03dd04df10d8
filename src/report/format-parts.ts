/** Pieces that the output of several commands shares. */
import { formatCount, formatMs } from "../lib/format.js";
import { groupBy } from "./group-by.js";
import { printable } from "./names.js";
import type { Style } from "./style.js";
import { visibleWidth } from "./table.js";

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

/** Kinds of warnings that are shown, and how many of each; the JSON has all. */
const MAX_KINDS = 10;
const MAX_OF_KIND = 3;

export function section(title: string, lines: readonly string[], style: Style): string[] {
	return ["", style.heading(title), ...lines];
}

/** Many ranks have much the same to say: of each kind a few are shown. */
export function warningLines(warnings: readonly Warning[], style: Style): string[] {
	if (warnings.length === 0) return [];
	const kinds = groupBy(warnings, ({ code }) => code);
	const shown = kinds.slice(0, MAX_KINDS).flatMap((same) => {
		const lines = same.slice(0, MAX_OF_KIND).flatMap(({ code, message, count }) => {
			const times = count > 1 ? style.dim(` (${formatCount(count)} times)`) : "";
			return wrapWords(`${style.warn(code)}  ${printable(message)}${times}`, style.width);
		});
		const left = same.length - MAX_OF_KIND;
		if (left > 0)
			lines.push(style.dim(`    ${ellipsis(style)} and ${formatCount(left)} more like these; --json lists all`));
		return lines;
	});
	const left = kinds.length - MAX_KINDS;
	if (left > 0) shown.push(style.dim(`  ${ellipsis(style)} and ${plural(left, "more kind")}; --json lists all`));
	return section("Warnings", shown, style);
}

/** `read 210 ms, graph 31 ms, total 1.26 s, peak 182 MB, 1 worker`. */
export function timingLines(timing: Timing, between: readonly (readonly [string, number])[], style: Style): string[] {
	const parts: (readonly [string, number])[] = [["read", timing.ingestMs], ...between, ["total", timing.totalMs]];
	const times = parts.map(([name, ms]) => `${name} ${ms < 1000 ? `${Math.round(ms)} ms` : formatMs(ms)}`);
	const rest = [`peak ${timing.peakRssMb.toFixed(0)} MB`, plural(timing.workers, "worker")];
	return wrap([...times, ...rest], style.width).map(style.dim);
}

/** Joins parts by commas into lines of at most `width`. */
export function wrap(parts: readonly string[], width: number): string[] {
	const lines: string[] = [];
	for (const part of parts) {
		const last = lines.at(-1);
		if (last !== undefined && visibleWidth(last) + visibleWidth(part) + 3 <= width)
			lines[lines.length - 1] = `${last}, ${part}`;
		else {
			if (last !== undefined) lines[lines.length - 1] = `${last},`;
			lines.push(part);
		}
	}
	return lines;
}

/** Breaks a text at spaces into lines of at most `width`, all but the first indented further. */
export function wrapWords(text: string, width: number): string[] {
	const lines: string[] = [];
	let line = " ";
	for (const word of text.split(" ")) {
		if (visibleWidth(line) + 1 + visibleWidth(word) > width && line.trim() !== "") {
			lines.push(line);
			line = "   ";
		}
		line += ` ${word}`;
	}
	return [...lines, line];
}

export function plural(count: number, noun: string, many = `${noun}s`): string {
	return `${formatCount(count)} ${count === 1 ? noun : many}`;
}

export function ellipsis(style: Style): string {
	return style.unicode ? "\u2026" : "...";
}
