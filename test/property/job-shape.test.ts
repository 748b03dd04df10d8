import fc from "fast-check";
import { expect, test } from "vitest";
import { describeJob } from "../../src/analysis/job-shape/index.js";
import { Category } from "../../src/trace/columns.js";
import { storyTrace } from "../support/job-traces.js";

const name = fc.oneof(
	fc.constantFrom(
		"aten::embedding",
		"aten::scaled_dot_product_attention",
		"FlashAttnBackward",
		"aten::linear",
		"aten::mm",
		"aten::softmax",
		"aten::bmm",
		"aten::layer_norm",
		"forward_step",
		"backward_step",
		"autograd::engine::evaluate_function: X",
		"nn.Module: TransformerLayer_99999",
		"nn.Module: SelfAttention_0",
		"flash_fwd_kernel<Traits<0, 0>>",
		"sm90_gemm",
	),
	fc.string(),
);
const dims = fc.oneof(
	fc.json(),
	fc.string(),
	fc.array(fc.array(fc.integer({ min: 0, max: 3 }))).map((d) => JSON.stringify(d)),
);
const group = fc.uniqueArray(fc.nat(9), { maxLength: 5 });
const event = fc.record({
	category: fc.constantFrom(...(Object.keys(Category) as (keyof typeof Category)[])),
	name,
	shape: dims,
	takes: fc.nat(50),
	message: fc.record({
		collective: fc.constantFrom("allreduce", "send", "coalesced", "_allgather_base", "wait", ""),
		elems: fc.integer({ min: -1, max: 4 }),
		group,
	}),
});
const groups = fc.dictionary(
	fc.constantFrom("tp", "pp", "dp", "cp", "ep", "undefined", "dp_shard", "MODEL_PARALLEL_GROUP"),
	group,
);

test("any trace is described without an error, in whole positive numbers", () => {
	fc.assert(
		fc.property(
			fc.array(fc.record({ worldSize: fc.nat(16), groups, events: fc.array(event, { minLength: 1, maxLength: 30 }) }), {
				maxLength: 3,
			}),
			(stories) => {
				const shape = describeJob(stories.map((story, rank) => storyTrace({ rank, ...story })));
				for (const [key, { value, found }] of Object.entries(shape)) {
					if (value === null) expect(found).toBe("unknown");
					else if (typeof value === "number")
						expect([key, Number.isSafeInteger(value) && value > 0]).toEqual([key, true]);
				}
			},
		),
		{ numRuns: 300 },
	);
});
