/** Numbering: measured order where it agrees with the edges, cycles broken at their weakest edge. */
import { expect, test } from "vitest";
import { FROM_FINISH, RankDraft } from "../../src/graph/draft.js";
import { EdgeKind, EXACT, TaskKind } from "../../src/graph/graph.js";
import { numberTasks } from "../../src/graph/number.js";

/** A draft with tasks that start at the given times, after its source (task 0). */
function draftOf(startsNs: readonly number[]): RankDraft {
	const draft = new RankDraft(0, 8, 1, 0);
	for (const start of startsNs) draft.addTask(TaskKind.cpuOp, 0, 0, 0, start, start + 1);
	return draft;
}

test("tasks are numbered by measured start", () => {
	const draft = draftOf([30, 10, 20]);
	draft.addEdge(EdgeKind.intraThread, 2, FROM_FINISH, 3);
	expect([...numberTasks(draft).order]).toEqual([0, 2, 3, 1]);
});

test("an edge outranks the measured order", () => {
	const draft = draftOf([10, 10, 10]);
	draft.addEdge(EdgeKind.intraThread, 3, FROM_FINISH, 1);
	draft.addEdge(EdgeKind.entry, 0, FROM_FINISH, 3);
	const { order, position, droppedCount } = numberTasks(draft);
	expect([...order]).toEqual([0, 2, 3, 1]);
	expect([...position]).toEqual([0, 3, 1, 2]);
	expect(droppedCount).toBe(0);
});

test("each cycle loses its weakest edge and no other", () => {
	const draft = draftOf([10, 20, 30, 40]);
	draft.addEdge(EdgeKind.intraThread, 1, FROM_FINISH, 2, EXACT);
	draft.addEdge(EdgeKind.interStream, 2, FROM_FINISH, 3, 150);
	draft.addEdge(EdgeKind.interThread, 3, FROM_FINISH, 1, 80);
	draft.addEdge(EdgeKind.interStream, 4, FROM_FINISH, 3, 120);
	draft.addEdge(EdgeKind.interThread, 3, FROM_FINISH, 4, 90);
	const { order, dropped, droppedCount } = numberTasks(draft);
	expect([...dropped]).toEqual([0, 0, 1, 0, 1]);
	expect(droppedCount).toBe(2);
	expect(order).toHaveLength(5);
});
