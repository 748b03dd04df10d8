/** The limit on outstanding launches. */
import { expect, test } from "vitest";
import { BY_QUEUE, OrderedPass, simulate } from "../../src/engine/index.js";
import { EdgeKind, TaskKind } from "../../src/graph/graph.js";
import { following, GraphBuilder } from "../support/graph-builder.js";
import { randomGraph, relabel, shuffled } from "../support/random-graph.js";
import { expectSameBits } from "../support/same-bits.js";

const THREAD = 0;
const STREAM = 1;

/** A thread that launches quickly onto a slow stream; returns the calls and the kernels. */
function burst(launches: number, kernelsPerCall = 1) {
	const builder = new GraphBuilder();
	const calls: number[] = [];
	const kernels: number[] = [];
	for (let i = 0; i < launches; i++) {
		const call = builder.task(TaskKind.launch, THREAD, 1, following(calls.at(-1)));
		calls.push(call);
		for (let k = 0; k < kernelsPerCall; k++) {
			const launch = { from: call, at: "start", kind: EdgeKind.launch, delayNs: 1 } as const;
			const order = following(kernels.at(-1), EdgeKind.intraStream);
			kernels.push(builder.task(TaskKind.kernel, STREAM, 100, [launch, ...order]));
		}
	}
	return { graph: builder.build(), calls, kernels };
}

test("a call on a full queue starts when the launch that many places before it has started", () => {
	const { graph, calls, kernels } = burst(10);
	const free = simulate(graph);
	expect(calls.map((call) => free.startNs[call])).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
	const limited = simulate(graph, { launchQueueLimit: 4 });
	for (let i = 4; i < 10; i++) expect(limited.startNs[calls[i]!]).toBe(Math.max(i, limited.startNs[kernels[i - 4]!]!));
	expect(limited.boundBy[calls[6]!]).toBe(BY_QUEUE + kernels[2]!);
	expect(limited.boundBy[calls[2]!]).toBe(free.boundBy[calls[2]!]);
	expect(simulate(graph, { launchQueueLimit: 10 }).startNs).toEqual(free.startNs);
});

test("a call that launches several kernels takes one place", () => {
	const { graph, calls, kernels } = burst(6, 5);
	const { startNs } = simulate(graph, { launchQueueLimit: 2 });
	for (let i = 2; i < 6; i++)
		expect(startNs[calls[i]!]).toBe(Math.max(startNs[calls[i - 1]!]! + 1, startNs[kernels[5 * (i - 2)]!]!));
});

test("the limit does not depend on task numbers, and the ordered pass keeps it", () => {
	const graph = randomGraph({ seed: 5, ranks: 2, actions: 200, ties: false });
	const options = { launchQueueLimit: 2 };
	const plain = simulate(graph, options);
	expect(plain.makespanNs).toBeGreaterThan(simulate(graph).makespanNs);
	const number = shuffled(graph.taskCount, 6);
	const other = simulate(relabel(graph, number), options);
	expectSameBits({ startNs: Float64Array.from(number, (task) => other.startNs[task]!) }, { startNs: plain.startNs });

	const pass = new OrderedPass(graph, plain, options);
	pass.setDelays(graph.delayNs.slice());
	const times = pass.retime()!;
	expectSameBits({ startNs: times.filter((_, i) => i % 2 === 0) }, { startNs: plain.startNs });
	expect(() => pass.setDelays(new Float64Array(2))).toThrow("2 delays");
	pass.close();
});
