/** The two sides of the engine's memory must agree on where everything is. */
import { expect, test } from "vitest";
import { CONTROL_BYTES, CONTROL_FIELDS, controlOffset } from "../../src/abi/control.js";
import {
	PLAN_BLOCK,
	PLAN_CONTROL,
	PLAN_MEETING,
	PLAN_RANK,
	planPendingBytes,
	planRecordBytes,
} from "../../src/abi/plan-control.js";
import { Status } from "../../src/abi/status.js";
import { EventLoop } from "../../src/engine/event-loop.js";
import { simulate } from "../../src/engine/index.js";
import { acquireKernel } from "../../src/engine/kernel.js";
import { UNBOUND } from "../../src/engine/timeline.js";
import { EdgeKind, NO_PROCESSOR } from "../../src/graph/graph.js";
import { EnvironmentError } from "../../src/lib/errors.js";
import { groupRoleId } from "../../src/plan/block.js";
import { NO_GROUP, NO_MESSAGE } from "../../src/plan/program.js";
import { randomGraph } from "../support/random-graph.js";
import { expectSameBits } from "../support/same-bits.js";

async function portable(name: string): Promise<Record<string, number>> {
	const module = await import(new URL(`../../dist/portable/${name}.cjs`, import.meta.url).href);
	return module.default;
}

test("the control block is the same on both sides", async () => {
	const layout = await portable("layout");
	for (const field of CONTROL_FIELDS) expect([field, layout[field]]).toEqual([field, controlOffset(field)]);
	expect(layout.CONTROL_BYTES).toBe(CONTROL_BYTES);
	expect(layout.NONE).toBe(UNBOUND);
	expect(layout.NONE).toBe(NO_PROCESSOR);
	expect(layout.NONE).toBe(NO_MESSAGE);
	expect(layout.NONE).toBe(NO_GROUP >>> 0);
	expect(layout.LAUNCH_EDGE).toBe(EdgeKind.launch);
});

test("the memory of the plan runner is the same on both sides", async () => {
	const layout = await portable("plan/layout");
	const mirrored = { ...PLAN_CONTROL, ...PLAN_BLOCK, ...PLAN_MEETING, ...PLAN_RANK };
	for (const [field, offset] of Object.entries(mirrored)) expect([field, layout[field]]).toEqual([field, offset]);
	expect(planPendingBytes(2)).toBe(layout.READY_AT! + 3 * 2 * 8);
	expect(planRecordBytes(2)).toBe(layout.RECORD_DELAYS! + 3 * 2 * 8);
	expect((await portable("plan/meetings")).MESSAGE).toBe(groupRoleId("message"));
});

test("the status codes are the same on both sides", async () => {
	expect({ ...(await portable("status")) }).toEqual(Status);
});

test("a graph that lies above 2 GiB is simulated as any other", () => {
	const graph = randomGraph({ seed: 9, ranks: 2, actions: 100, ties: false });
	const kernel = acquireKernel("wasm");
	expect(kernel.buffer()).toBeInstanceOf(SharedArrayBuffer);
	const loop = new EventLoop({ ...kernel, base: 2.5 * 2 ** 30 }, graph, true);
	loop.run();
	expect(kernel.buffer().byteLength).toBeGreaterThan(2.5 * 2 ** 30);
	const { sharedLinks: _, mode: __, ...expected } = simulate(graph, { inTimeOrder: true });
	expectSameBits({ ...loop.times() }, expected);
});

test("a graph that does not fit into 4 GiB is refused in one line", () => {
	const kernel = acquireKernel("wasm");
	const tooFar = () => new EventLoop({ ...kernel, base: 2 ** 32 - 2 ** 17 }, trainingSized(), true);
	expect(tooFar).toThrow(EnvironmentError);
	expect(tooFar).toThrow("the graph needs 4.00 GiB, the engine has 4.00: simulate fewer ranks at a time");
});

/** Some hundred kilobytes of columns. */
function trainingSized() {
	return randomGraph({ seed: 9, ranks: 2, actions: 2000, ties: false });
}
