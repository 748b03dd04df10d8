/** Where a kernel's communication is described: on the kernel, or on the operators that led to its launch. */
import { expect, test } from "vitest";
import { findCalls } from "../../src/graph/calls.js";
import { type RankComms, rankComms } from "../../src/graph/comms/rank-comms.js";
import { KernelKinds } from "../../src/graph/kernel-kinds.js";
import type { Trace } from "../../src/trace/columns.js";
import { type HandEvent, handTrace, launched } from "../support/trace-builder.js";

const name = "ncclDevKernel_SendRecv(ncclDevKernelArgsStorage<4096ul>)";
const group = [0, 1, 2, 3];

const table = (trace: Trace): RankComms => rankComms(trace, findCalls(trace), new KernelKinds(trace.strings));
const texts = (comms: RankComms, column: Uint32Array): string[] => [...column].map((id) => comms.strings[id]!);
const operator = (at: number, takes: number, message: HandEvent["message"]): HandEvent => ({
	category: "cpuOp",
	name: "record_param_comms",
	at,
	takes,
	...(message ? { message } : {}),
});

test("on the kernel, with compute left out and everything in the order of its start", () => {
	const message = { collective: "allreduce", elems: 64, group, seq: 9 };
	const comms = table(
		handTrace({
			events: [
				...launched(0, { stream: 7, from: 40, takes: 10, name, message }),
				...launched(8, { stream: 3, from: 20, takes: 10 }),
				...launched(16, { stream: 8, from: 30, takes: 10, name, message: { ...message, seq: 8 } }),
			],
		}),
	);
	expect([...comms.seq]).toEqual([8, 9]);
	expect([...comms.startNs]).toEqual([30_000, 40_000]);
	expect(texts(comms, comms.groupRanks)).toEqual(["[0,1,2,3]", "[0,1,2,3]"]);
	expect(structuredClone(comms)).toEqual(comms);
});

test("on the operator around the launch", () => {
	const comms = table(
		handTrace({
			events: [
				operator(0, 20, { collective: "allreduce", elems: 64, group, seq: 4 }),
				...launched(5, { stream: 7, from: 40, takes: 10, name }),
				operator(30, 20, { collective: "_allgather_base", elems: 32, group, seq: 5 }),
				...launched(35, { stream: 7, from: 60, takes: 10, name }),
			],
		}),
	);
	expect(texts(comms, comms.collective)).toEqual(["allreduce", "_allgather_base"]);
	expect([...comms.seq]).toEqual([4, 5]);
});

test("gathered sends and receives are the parts of the kernel that is launched after them", () => {
	const comms = table(
		handTrace({
			events: [
				operator(0, 3, { collective: "send", elems: 64, group, dst: 3 }),
				operator(5, 3, { collective: "recv", elems: 64, group, src: 1 }),
				...launched(12, { stream: 7, from: 40, takes: 10, name }),
				operator(60, 3, { collective: "recv", elems: 64, group, src: 2 }),
				...launched(70, { stream: 7, from: 90, takes: 10, name }),
			],
		}),
	);
	expect([...comms.row]).toEqual([comms.row[0], comms.row[0], comms.row[2]]);
	expect(texts(comms, comms.collective)).toEqual(["send", "recv", "recv"]);
	expect([...comms.dst]).toEqual([3, -1, -1]);
	expect([...comms.src]).toEqual([-1, 1, 2]);
});

test("a coalesced kernel with two peers is a send and a receive", () => {
	const message = { collective: "coalesced", elems: 64, group, src: 1, dst: 3 };
	const comms = table(handTrace({ events: launched(0, { stream: 7, from: 40, takes: 10, name, message }) }));
	expect(texts(comms, comms.collective)).toEqual(["send", "recv"]);
	expect([...comms.dst]).toEqual([3, -1]);
	expect([...comms.src]).toEqual([-1, 1]);
});

test("nowhere", () => {
	const comms = table(handTrace({ events: launched(0, { stream: 7, from: 40, takes: 10, name }) }));
	expect(texts(comms, comms.kernel)).toEqual([name]);
	expect(texts(comms, comms.collective)).toEqual([""]);
	expect([...comms.groupSize]).toEqual([-1]);
});
