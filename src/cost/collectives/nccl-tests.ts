/**
 * Reads what the `*_perf` programs of nccl-tests (and rccl-tests) print: lines of comments that say who took part, then
 * one row a size with the times out of place and in place. Old and new layouts differ in their columns; the times are
 * found by their place before the bandwidths.
 */
import type { CollectiveOp, MeasuredCollective } from "../../config/hardware.js";
import { UserError } from "../../lib/errors.js";

const PROGRAMS: Readonly<Record<string, CollectiveOp>> = {
	all_reduce: "allReduce",
	all_gather: "allGather",
	reduce_scatter: "reduceScatter",
	alltoall: "allToAll",
	broadcast: "broadcast",
};

/** One text may hold the output of several programs, one after the other. */
interface Section {
	op: CollectiveOp | undefined;
	/** Program that was named and is not modelled. */
	other: string | undefined;
	ranks: number;
	readonly hosts: Set<string>;
	readonly rows: Row[];
}

interface Row {
	readonly bytes: number;
	readonly outOfPlaceUs: number;
	readonly inPlaceUs: number;
	/** Bus over algorithm bandwidth, from the side that has both. */
	readonly busRatio: number;
	readonly redop: string;
}

/** What `mpirun --tag-output` and `srun --label` put in front of a line. */
const LABEL = /^(\[\d+,\d+\]<\w+>:?|\d+:)\s?/;

const RANK = /^#\s+Rank\s+(\d+)\s.*?\bon\s+(\S+)\s+device/i;
const PROGRAM = /\b(\w+?)_perf\b/;
const ROW = /^\s*(\d+)\s+(\d+)\s+([a-z]\w*)\s+(.*)$/i;

function newSection(): Section {
	return { op: undefined, other: undefined, ranks: 0, hosts: new Set(), rows: [] };
}

function readProgram(text: string, section: Section): void {
	const name = PROGRAM.exec(text)?.[1]?.toLowerCase();
	if (name === undefined) return;
	section.op = PROGRAMS[name] ?? section.op;
	if (!(name in PROGRAMS)) section.other ??= name;
}

/**
 * After size, count and type: redop, root where the layout has it, then time, algbw, busbw, errors, twice. Reading from
 * the end keeps the times in place whatever stands before them; a side that was not run has N/A.
 */
function readRow(found: RegExpExecArray): Row | undefined {
	const [, bytes, , , rest] = found;
	const fields = rest!.trim().split(/\s+/);
	const [outTime, outAlg, outBus, outWrong, inTime, inAlg, inBus, inWrong] = fields.slice(-8).map(Number);
	if (fields.length < 8) return undefined;
	const good = (time: number | undefined, wrong: number | undefined): number =>
		time !== undefined && time > 0 && !(wrong! >= 1) ? time : Number.NaN;
	const outOfPlaceUs = good(outTime, outWrong);
	const inPlaceUs = good(inTime, inWrong);
	const busRatio = outAlg! > 0 ? outBus! / outAlg! : inBus! / inAlg!;
	const redop = fields.length > 8 ? fields[0]! : "none";
	return { bytes: Number(bytes), outOfPlaceUs, inPlaceUs, busRatio, redop };
}

function splitSections(text: string): Section[] {
	let section = newSection();
	const sections = [section];
	for (const labelled of text.split(/\r?\n/)) {
		const line = labelled.replace(LABEL, "");
		const row = ROW.exec(line);
		if (row) {
			const values = readRow(row);
			if (values) section.rows.push(values);
			continue;
		}
		const rank = RANK.exec(line);
		const starts = PROGRAM.test(line) || rank?.[1] === "0" || /^#\s*nThread/.test(line);
		if (starts && section.rows.length > 0) {
			section = newSection();
			sections.push(section);
		}
		if (rank) {
			section.ranks = Math.max(section.ranks, Number(rank[1]) + 1);
			section.hosts.add(rank[2]!);
		}
		readProgram(line, section);
	}
	return sections.filter(({ rows }) => rows.length > 0);
}

/** The group where no line names the ranks: all-reduce has the ratio 2 (n - 1) / n, broadcast 1, the others half. */
function ranksFromRatio(op: CollectiveOp, ratio: number): number {
	if (op === "allReduce") return Math.round(2 / (2 - ratio));
	return op === "broadcast" ? 0 : Math.round(1 / (1 - ratio));
}

function opFromBandwidths({ ranks, rows }: Section): CollectiveOp | undefined {
	const last = rows[rows.length - 1]!;
	if (ranks > 2 && Math.abs(last.busRatio - (2 * (ranks - 1)) / ranks) < 0.02) return "allReduce";
	if (ranks > 2 && Math.abs(last.busRatio - (ranks - 1) / ranks) < 0.02 && last.redop === "sum") return "reduceScatter";
	return undefined;
}

function measuredOf(section: Section, path: string): MeasuredCollective | undefined {
	const { rows, hosts } = section;
	if (section.op === undefined && section.other !== undefined) return undefined;
	const op = section.op ?? opFromName(path) ?? opFromBandwidths(section);
	if (op === undefined)
		throw new UserError(
			`${path}: which collective was measured is not said; name the file after its program, as in all_reduce_perf.txt`,
		);
	const size = section.ranks || ranksFromRatio(op, rows[rows.length - 1]!.busRatio);
	if (!(size >= 2 && Number.isFinite(size)))
		throw new UserError(`${path}: the lines "#  Rank  0 ... on HOST device ..." are missing; keep the whole output`);
	// Training reduces gradients in place; the other collectives have a buffer of their own for what they gather.
	const inPlace = op === "allReduce";
	const times = new Map<number, number[]>();
	for (const { bytes, outOfPlaceUs, inPlaceUs } of rows) {
		const [first, second] = inPlace ? [inPlaceUs, outOfPlaceUs] : [outOfPlaceUs, inPlaceUs];
		const us = Number.isNaN(first) ? second : first;
		if (bytes > 0 && !Number.isNaN(us)) times.set(bytes, [...(times.get(bytes) ?? []), us]);
	}
	if (times.size === 0) throw new UserError(`${path}: no row has a time and a right result; run the test again`);
	const bytes = [...times.keys()].sort((a, b) => a - b);
	return { op, size, nodes: Math.max(1, hosts.size), bytes, ns: bytes.map((key) => mean(times.get(key)!) * 1e3) };
}

function opFromName(path: string): CollectiveOp | undefined {
	const name = path
		.replace(/^.*[\\/]/, "")
		.toLowerCase()
		.replace(/[^a-z0-9]/g, "");
	return Object.entries(PROGRAMS).find(([program]) => name.includes(program.replace("_", "")))?.[1];
}

function mean(values: readonly number[]): number {
	return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/**
 * Measurements in a text of nccl-tests; programs that are not modelled are left out.
 * @param path names the text in errors, and the collective where the text does not
 * @throws UserError where the text holds no measurement that can be used
 */
export function parseNcclTests(text: string, path: string): MeasuredCollective[] {
	const sections = splitSections(text);
	if (sections.length === 0)
		throw new UserError(
			`${path}: no rows of nccl-tests (size, count, type, ..., time, algbw, busbw); give what a *_perf program printed`,
		);
	return sections.map((section) => measuredOf(section, path)).filter((measured) => measured !== undefined);
}
