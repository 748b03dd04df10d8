/** Writes a calibrated hardware description as YAML for people: every parameter says what it rests on. */
import { Document, isMap, isScalar, type Pair, visit, type YAMLMap } from "yaml";
import type { MeasuredCollective } from "../../config/hardware.js";
import { camelKey, snakeKeys } from "../../config/key-case.js";
import type { FitResult } from "./fit.js";

/** Sizes of a measured collective that are kept in an octave; times between them are interpolated. */
const SIZES_AN_OCTAVE = 4;
const LINE_WIDTH = 120;

/** Four significant digits: more would pretend to know more. */
function rounded(value: number): number {
	return Number(value.toPrecision(4));
}

/** At most so many sizes an octave, each the first of its part of the octave; the largest is always kept. */
export function thinned({ bytes, ns, ...group }: MeasuredCollective): MeasuredCollective {
	const part = (size: number): number => Math.floor(SIZES_AN_OCTAVE * Math.log2(size));
	const kept = bytes.flatMap((size, i) =>
		i === 0 || i === bytes.length - 1 || part(size) > part(bytes[i - 1]!) ? [i] : [],
	);
	return { ...group, bytes: kept.map((i) => bytes[i]!), ns: kept.map((i) => Math.round(ns[i]!)) };
}

function commentsOf({ fitted, refused }: FitResult): Map<string, string> {
	const short = (value: number): string => String(Number(value.toPrecision(3)));
	return new Map([
		...fitted.map(({ name, before, low, high, atBound }): [string, string] => [
			name,
			`fitted, 90 %: ${short(low)} to ${short(high)}; was ${short(before)}${atBound ? "; at the end of what is possible" : ""}`,
		]),
		...refused.map(({ name, reason }): [string, string] => [name, `not fitted: ${reason}`]),
	]);
}

function section(document: Document, key: string): YAMLMap {
	const map = document.get(key, true);
	if (!isMap(map)) throw new Error(`description without ${key}`);
	return map;
}

/** `key: [1, 2, 3]`, wrapped: the writer of the library would give every number a line of its own. */
function wrappedList(key: string, numbers: readonly number[]): string {
	const lines = [`    ${key}: [`];
	for (const [i, number] of numbers.entries()) {
		const text = `${number}${i === numbers.length - 1 ? "]" : ","}`;
		const last = lines[lines.length - 1]!;
		if (last.length + 1 + text.length > LINE_WIDTH) lines.push(`      ${text}`);
		else lines[lines.length - 1] = last.endsWith("[") ? `${last}${text}` : `${last} ${text}`;
	}
	return lines.join("\n");
}

function measuredSection(measured: readonly MeasuredCollective[]): string {
	if (measured.length === 0) return "";
	const items = measured.map(({ op, size, nodes, bytes, ns }) =>
		[
			`  - op: ${op}`,
			`    size: ${size}`,
			`    nodes: ${nodes}`,
			wrappedList("bytes", bytes),
			wrappedList("ns", ns),
		].join("\n"),
	);
	return `measured_collectives:\n${items.join("\n")}\n`;
}

/** Long texts as folded blocks, the peaks on one line. */
function layOut(document: Document): void {
	visit(document, {
		Pair(_, { key, value }) {
			if (!isScalar(key)) return;
			if (key.value === "source" && isScalar(value)) value.type = "BLOCK_FOLDED";
			if (key.value === "peak_tflops" && isMap(value)) value.flow = true;
		},
	});
}

/**
 * Text of the description of what was fitted.
 * @param name of the new description
 * @param from what it was fitted from, and to which files: for the head of the file
 */
export function writeHardware(
	fit: FitResult,
	name: string,
	from: {
		readonly base: string;
		readonly sources: readonly string[];
		readonly measured: readonly MeasuredCollective[];
	},
): string {
	const { source: _, ...efficiency } = fit.hardware.efficiency;
	const values = new Map(fit.fitted.map((parameter) => [parameter.name as string, rounded(parameter.value)]));
	const { measuredCollectives, ...hardware } = fit.hardware;
	const described = {
		...hardware,
		name,
		efficiency: {
			...efficiency,
			source: `Fitted by lumos calibrate from ${from.base} to ${from.sources.join(", ")}.`,
		},
	};
	const document = new Document(snakeKeys(described));
	const comments = commentsOf(fit);
	for (const part of ["efficiency", "cpu"] as const) {
		for (const { key, value } of section(document, part).items as Pair[]) {
			if (!isScalar(key) || !isScalar(value)) continue;
			const parameter = [...comments.keys()].find((known) => known === `${part}.${camelKey(String(key.value))}`);
			if (parameter === undefined) continue;
			value.value = values.get(parameter) ?? value.value;
			value.comment = ` ${comments.get(parameter)}`;
		}
	}
	const errors = fit.kinds.map(
		({ kind, count, beforePct, afterPct }) =>
			` ${kind}: ${count} measurements, mean |error| ${afterPct.toFixed(1)} %, before ${beforePct.toFixed(1)} %`,
	);
	document.commentBefore = [` ${name}: ${from.base}, calibrated to ${from.sources.join(", ")}`, ...errors].join("\n");
	layOut(document);
	const text = document.toString({ lineWidth: LINE_WIDTH });
	return text + measuredSection([...from.measured.map(thinned), ...measuredCollectives]);
}
