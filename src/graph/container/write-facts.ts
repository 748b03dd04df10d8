/** The optional sections of a container that predictions need; a reader that predicts nothing skips them. */
import { bytesOf } from "../../lib/bytes.js";
import type { ExecutionGraph } from "../graph.js";
import type { RunFacts } from "../rank/rank-facts.js";
import type { FactsJson } from "./facts-json.js";
import { COMM_COLUMNS, type ElementName, FACTS_SECTION, LABEL_COLUMNS, viewOf } from "./layout.js";

export interface FactSection {
	readonly id: number;
	readonly element: ElementName;
	readonly bytes: Uint8Array;
}

/** The sections of `facts`, which must be of the ranks of `graph`. */
export function factSections({ taskCount, ranks }: ExecutionGraph, facts: RunFacts): FactSection[] {
	const strings = new Map<string, number>();
	const count = facts.ranks.reduce((sum, { comms }) => sum + comms.count, 0);
	const columns = COMM_COLUMNS.map(({ id, field, element, isText, isSigned }) => {
		const column = new (viewOf(element, isSigned))(count);
		let at = 0;
		for (const { comms } of facts.ranks) {
			column.set(isText ? comms[field].map((text) => idOf(strings, comms.strings[text]!)) : comms[field], at);
			at += comms.count;
		}
		return { id, element, bytes: bytesOf(column) };
	});
	const labels = LABEL_COLUMNS.map(({ id, field, element }) => {
		const column = new (viewOf(element, true))(taskCount);
		facts.ranks.forEach((rank, r) => {
			column.set(rank.labels[field], ranks[r]!.begin);
		});
		return { id, element, bytes: bytesOf(column) };
	});
	const json: FactsJson = {
		job: facts.job,
		strings: [...strings.keys()],
		ranks: facts.ranks.map(({ labels: { passKind }, comms }) => ({
			passKinds: [...passKind],
			comms: comms.count,
			processGroups: comms.processGroups.map((group) => ({ ...group, ranks: [...group.ranks] })),
		})),
	};
	const bytes = new TextEncoder().encode(JSON.stringify(json));
	return [{ id: FACTS_SECTION, element: "u8", bytes }, ...labels, ...columns];
}

function idOf(strings: Map<string, number>, text: string): number {
	const known = strings.get(text);
	if (known !== undefined) return known;
	strings.set(text, strings.size);
	return strings.size - 1;
}
