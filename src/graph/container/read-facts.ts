/** Reads and checks the sections of a container that predictions need. */
import type { ExecutionGraph, GraphRank } from "../graph.js";
import type { CommTable, RankFacts, RunFacts } from "../rank/rank-facts.js";
import { factsJson } from "./facts-json.js";
import { checkShape, refuse, type SectionEntry } from "./head.js";
import { COMM_COLUMNS, type ElementName, FACTS_SECTION, LABEL_COLUMNS, viewOf } from "./layout.js";

type View = Uint8Array | Uint32Array | Int32Array | Float64Array;

/**
 * Undefined where the container has none of the sections.
 * @throws UserError where they contradict each other or the graph.
 */
export function readFacts(
	path: string,
	file: Uint8Array,
	byId: ReadonlyMap<number, SectionEntry>,
	graph: ExecutionGraph,
): RunFacts | undefined {
	const section = byId.get(FACTS_SECTION);
	if (section === undefined) return undefined;
	const parsed = factsJson.safeParse(readJson(path, file, section));
	if (!parsed.success || parsed.data.ranks.length !== graph.ranks.length)
		refuse(path, section.offset, "section facts does not describe the ranks of the graph");
	const { job, strings, ranks } = parsed.data;
	const operations = ranks.reduce((sum, { comms }) => sum + comms, 0);
	const column = (id: number, element: ElementName, isSigned: boolean, rows: number): View => {
		const entry = byId.get(id) ?? refuse(path, section.offset, `section ${id} is missing beside facts`);
		checkShape(path, entry, element, rows);
		return new (viewOf(element, isSigned))(file.buffer as ArrayBuffer, file.byteOffset + entry.offset, rows);
	};
	const labels = LABEL_COLUMNS.map(({ id, element }) => column(id, element, true, graph.taskCount));
	const comms = COMM_COLUMNS.map(({ id, element, isSigned }) => column(id, element, isSigned, operations));
	let at = 0;
	return {
		job,
		ranks: graph.ranks.map((of, r): RankFacts => {
			const { passKinds, comms: count, processGroups } = ranks[r]!;
			const facts = {
				labels: { passKind: Uint8Array.from(passKinds), ...named(LABEL_COLUMNS, labels, of.begin, of.end) },
				comms: { ...named(COMM_COLUMNS, comms, at, at + count), rank: of.rank, count, strings, processGroups },
			} as unknown as RankFacts;
			at += count;
			const problem = faultOf(facts, of);
			if (problem) refuse(path, section.offset, `facts of rank ${of.rank}: ${problem}`);
			return facts;
		}),
	};
}

function readJson(path: string, file: Uint8Array, { offset, byteLength }: SectionEntry): unknown {
	try {
		return JSON.parse(Buffer.from(file.buffer, file.byteOffset + offset, byteLength).toString("utf8"));
	} catch {
		return refuse(path, offset, "section facts is not JSON");
	}
}

function named(specs: readonly { readonly field: string }[], columns: readonly View[], begin: number, end: number) {
	return Object.fromEntries(specs.map(({ field }, i) => [field, columns[i]!.subarray(begin, end)]));
}

/** Numbers that point somewhere must not point outside. */
function faultOf({ labels, comms }: RankFacts, { begin, end }: GraphRank): string | undefined {
	if (labels.pass.some((pass) => pass < -1 || pass >= labels.passKind.length)) return "a task is of no pass";
	if (comms.row.some((row) => row >= end - begin)) return "communication of no task";
	const texts: readonly (keyof CommTable)[] = COMM_COLUMNS.filter(({ isText }) => isText).map(({ field }) => field);
	const isOutside = (field: keyof CommTable): boolean =>
		(comms[field] as Uint32Array).some((id) => id >= comms.strings.length);
	return texts.some(isOutside) ? "a text is no string" : undefined;
}
