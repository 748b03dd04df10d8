/** The training steps of a trace: its `ProfilerStep#N` ranges on CPU threads. */
import { Category, type EventColumns, NONE, type Step } from "./columns.js";
import type { InternedStrings } from "./strings.js";

const PREFIX = "ProfilerStep";

export function findSteps(events: EventColumns, strings: InternedStrings): Step[] {
	const numbers = new Map<number, number | undefined>();
	for (const id of strings.withPrefix(PREFIX)) {
		const match = /^ProfilerStep(?:#(\d+))?$/.exec(strings.get(id));
		if (match !== null) numbers.set(id, match[1] === undefined ? undefined : Number(match[1]));
	}
	const rows: number[] = [];
	if (numbers.size > 0) {
		for (let row = 0; row < events.count; row++) {
			if (numbers.has(events.name[row]!) && isCpuRange(events.category[row]!)) rows.push(row);
		}
	}
	rows.sort((a, b) => events.startNs[a]! - events.startNs[b]!);
	const steps = new Map<number, Step>();
	let next = 0;
	for (const row of rows) {
		const step = numbers.get(events.name[row]!) ?? next;
		next = step + 1;
		const startNs = events.startNs[row]!;
		const range = { step, startNs, endNs: startNs + events.durNs[row]!, track: events.track[row]! };
		const known = steps.get(step);
		// The same step on several threads: the widest range is the step.
		if (known === undefined || known.endNs - known.startNs < range.endNs - range.startNs) steps.set(step, range);
	}
	return steps.size > 0 ? [...steps.values()].sort((a, b) => a.startNs - b.startNs) : [wholeTrace(events)];
}

function isCpuRange(category: number): boolean {
	return category === Category.userAnnotation || category === Category.cpuOp;
}

function wholeTrace(events: EventColumns): Step {
	let startNs = Number.POSITIVE_INFINITY;
	let endNs = Number.NEGATIVE_INFINITY;
	for (let row = 0; row < events.count; row++) {
		const start = events.startNs[row]!;
		startNs = Math.min(startNs, start);
		endNs = Math.max(endNs, start + events.durNs[row]!);
	}
	return { step: "all", startNs, endNs, track: NONE };
}
