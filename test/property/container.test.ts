import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeContainer, encodeGraph, findFault } from "../../src/graph/container/index.js";
import { EdgeKind, type ExecutionGraph, TaskKind } from "../../src/graph/graph.js";
import { GraphBuilder } from "../support/small-graph.js";

const source = { files: 0, ranks: 0, worldSize: 0, events: 0, bytes: 0, compressedBytes: 0 };
const time = fc.double({ noNaN: true, noDefaultInfinity: true, min: 0, max: 1e18 });

const graphs = fc
	.array(
		fc.record({
			kind: fc.constantFrom(...Object.values(TaskKind)),
			name: fc.string({ unit: "binary" }),
			shape: fc.string({ unit: "grapheme" }),
			startNs: time,
			durationNs: time,
			edges: fc.array(
				fc.record({
					back: fc.nat(),
					at: fc.constantFrom("start" as const, "finish" as const),
					kind: fc.constantFrom(...Object.values(EdgeKind)),
					delayNs: time.map((value) => value - 5e17),
					confidence: fc.nat(255),
				}),
				{ maxLength: 4 },
			),
			wait: fc.boolean(),
			newRank: fc.integer({ min: 0, max: 5 }).map((n) => n === 0),
		}),
		{ maxLength: 40 },
	)
	.map((specs): ExecutionGraph => {
		const builder = new GraphBuilder().rank();
		let stream = builder.processor("stream", "7", "\u{1f40c}");
		for (const { wait, newRank, edges, ...spec } of specs) {
			if (newRank) stream = builder.rank().processor("stream", "-7");
			const task = builder.task({ ...spec, processor: stream });
			if (wait) builder.wait(task, stream, 12.5, 3);
			const last = {
				...spec,
				processor: stream,
				edges: edges.map(({ back, ...edge }) => ({ ...edge, from: back % (task + 1) })),
			};
			builder.task(last);
		}
		return builder.step("all", 0, 0xffffffff, 0, 1e9).build();
	});

test("a graph comes back equal from its container, in a number of bytes that its header states", () => {
	fc.assert(
		fc.property(graphs, (graph) => {
			const bytes = Buffer.concat([...encodeGraph(graph, { createdBy: "", source, warnings: [] })]);
			const aligned = new Uint8Array(bytes.length);
			aligned.set(bytes);
			expect(decodeContainer("x", aligned).graph).toEqual(graph);
			expect(findFault(graph)).toBeUndefined();
		}),
		{ numRuns: 200 },
	);
});

test("packing what was unpacked gives the same bytes", () => {
	fc.assert(
		fc.property(graphs, (graph) => {
			const meta = { createdBy: "", source, warnings: [] };
			const bytes = Uint8Array.from(Buffer.concat([...encodeGraph(graph, meta)]));
			const again = Buffer.concat([...encodeGraph(decodeContainer("x", bytes).graph, meta)]);
			expect(again.equals(bytes)).toBe(true);
		}),
		{ numRuns: 100 },
	);
});
