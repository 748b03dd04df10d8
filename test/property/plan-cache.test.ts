/** Plans that share a cache are those that are built by themselves. */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { BlockLibrary } from "../../src/plan/block.js";
import { buildPlan, type PlanInputs } from "../../src/plan/build-plan.js";
import { PlanCache } from "../../src/plan/plan-cache.js";
import type { ExecutionPlan } from "../../src/plan/program.js";
import { expectSameBits } from "../support/same-bits.js";
import { jobInputs, smallJob, smallModel } from "../support/small-job.js";

/** Strings are compared as texts: their numbers depend on what was built before. */
function expectSamePlan(found: ExecutionPlan, wanted: ExecutionPlan): void {
	const { programs, blockLibrary, ...rest } = wanted;
	expectSameBits({ ...found }, rest);
	expect(found.programs.length).toBe(programs.length);
	programs.forEach((program, p) => {
		expectSameBits({ ...found.programs[p] }, { ...program });
	});
	expect(found.blockLibrary.lanes).toBe(blockLibrary.lanes);
	expect(found.blockLibrary.blocks.length).toBe(blockLibrary.blocks.length);
	blockLibrary.blocks.forEach(({ nameId, shapeId, meetings, ...block }, b) => {
		const twin = found.blockLibrary.blocks[b]!;
		expectSameBits({ ...twin }, block);
		expectSameBits({ ...twin.meetings }, { ...meetings });
		const textsOf = (ids: Uint32Array, { strings }: BlockLibrary) => Array.from(ids, (id) => strings[id]!);
		expect(textsOf(twin.nameId, found.blockLibrary)).toEqual(textsOf(nameId, blockLibrary));
		expect(textsOf(twin.shapeId, found.blockLibrary)).toEqual(textsOf(shapeId, blockLibrary));
	});
}

test("whatever was built before, and however often", () => {
	const jobs = fc.array(fc.tuple(smallJob, fc.boolean(), fc.boolean()), { minLength: 2, maxLength: 6 });
	const cost = jobInputs(smallModel(), {}).cost;
	fc.assert(
		fc.property(jobs, (some) => {
			const cache = new PlanCache();
			const plans = [...some, ...some].map(([job, everyRank, streamed]) => {
				const messages = streamed ? ("streams" as const) : ("blocking" as const);
				const inputs: PlanInputs = { ...job, cost, options: { ...job.options, messages } };
				const cached = buildPlan(inputs, { everyRank, cache });
				expectSamePlan(cached, buildPlan(inputs, { everyRank }));
				return cached;
			});
			// The second time round there is nothing left to make.
			some.forEach((_, i) => {
				const [one, again] = [plans[i]!, plans[i + some.length]!];
				again.blockLibrary.blocks.forEach((block, b) => {
					expect(block).toBe(one.blockLibrary.blocks[b]);
				});
			});
		}),
		{ numRuns: 25 },
	);
});

test("another cost model, model or way to spread the work gets blocks of its own", () => {
	const cache = new PlanCache();
	const base = { tensor_model_parallel_size: 2, pipeline_model_parallel_size: 2, global_batch_size: 4 };
	const variants = [
		jobInputs(smallModel(), base),
		jobInputs(smallModel(), base),
		jobInputs(smallModel({ seq_length: 1024 }), base),
		jobInputs(smallModel(), { ...base, recompute: "full" }),
		jobInputs(smallModel(), base, { attention: "unfused" }),
	];
	const blocks = new Set(variants.flatMap((job) => buildPlan(job, { cache }).blockLibrary.blocks));
	const apart = variants.reduce((sum, job) => sum + buildPlan(job).blockLibrary.blocks.length, 0);
	expect(blocks.size).toBe(apart);
	const more = { ...variants[0]!, parallel: { ...variants[0]!.parallel, globalBatchSize: 32 } };
	const shared = buildPlan(more, { cache }).blockLibrary.blocks;
	expect(shared.every((block) => blocks.has(block))).toBe(true);
});
