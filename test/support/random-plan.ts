/** Random plans: a few ranks in a row that pass messages on, meet in one group, and run random blocks between. */
import fc from "fast-check";
import { EdgeKind, TaskKind } from "../../src/graph/graph.js";
import { type Block, GROUP_ROLES, type Lane, NO_LANE } from "../../src/plan/block.js";
import { BlockBuilder } from "../../src/plan/block-builder.js";
import { type ExecutionPlan, NO_GROUP, NO_MICRO_BATCH, type RankProgram } from "../../src/plan/program.js";
import { SeededRandom } from "./seeded-random.js";

const THREAD = 0;
const COMPUTE = 1;
const NETWORK = 2;
export const LANES: readonly Lane[] = [
	{ kind: "thread", id: "1", name: "main" },
	{ kind: "stream", id: "7", name: "compute" },
	{ kind: "stream", id: "20", name: "network" },
];

export const randomPlanShape = fc.record({
	seed: fc.integer({ min: 0, max: 2 ** 31 }),
	ranks: fc.integer({ min: 1, max: 4 }),
	rounds: fc.integer({ min: 1, max: 5 }),
	blocks: fc.integer({ min: 1, max: 4 }),
	grouped: fc.boolean(),
});
export type RandomPlanShape = typeof randomPlanShape extends fc.Arbitrary<infer T> ? T : never;

/** A block of launches and kernels; some kernels wait for the network, some tasks for the start of others. */
function computeBlock(random: SeededRandom, name: string): Block {
	const builder = new BlockBuilder();
	const tasks = 1 + random.below(6);
	for (let i = 0; i < tasks; i++) {
		const call = builder.task(TaskKind.launch, THREAD, 1, 0, 1 + random.below(50));
		builder.afterLane(THREAD, EdgeKind.intraThread, { delayNs: random.below(4) });
		builder.task(TaskKind.kernel, COMPUTE, 2, 0, random.below(90));
		builder.after(call, EdgeKind.launch, { at: random.chance(0.5) ? "start" : "finish", delayNs: random.below(9) });
		builder.afterLane(COMPUTE, EdgeKind.intraStream, { delayNs: random.below(3) });
		if (random.chance(0.3)) builder.afterLane(NETWORK, EdgeKind.interStream);
	}
	if (random.chance(0.3)) builder.task(TaskKind.marker, NO_LANE, 0, 0, 0);
	return builder.build(name);
}

function groupBlock(random: SeededRandom): Block {
	const builder = new BlockBuilder();
	const arrive = builder.task(TaskKind.arrive, NETWORK, 0, 0, 0);
	builder.afterLane(NETWORK, EdgeKind.intraStream);
	builder.afterLane(COMPUTE, EdgeKind.interStream);
	builder.task(TaskKind.transfer, NETWORK, 3, 0, 10 + random.below(50));
	builder.meeting(arrive, "data", 1024);
	return builder.build("all-reduce");
}

function messageBlock(random: SeededRandom, receives: boolean): Block {
	const builder = new BlockBuilder();
	const arrive = builder.task(TaskKind.arrive, NETWORK, 0, 0, 0);
	builder.afterLane(NETWORK, EdgeKind.intraStream);
	if (!receives) builder.afterLane(COMPUTE, EdgeKind.interStream);
	builder.task(TaskKind.transfer, NETWORK, 3, 0, 10 + random.below(50));
	builder.meeting(arrive, "message", 512, receives);
	return builder.build(receives ? "receive" : "send");
}

/** A kernel that waits for a message that was received before, whatever the stream did since. */
function consumeBlock(): Block {
	const builder = new BlockBuilder();
	builder.task(TaskKind.kernel, COMPUTE, 2, 0, 20);
	builder.afterLane(COMPUTE, EdgeKind.intraStream);
	builder.afterMessage(EdgeKind.interStream, { delayNs: 2 });
	return builder.build("consume");
}

export function randomPlan({ seed, ranks, rounds, blocks, grouped }: RandomPlanShape): ExecutionPlan {
	const random = new SeededRandom(seed);
	const compute = Array.from({ length: blocks }, (_, i) => computeBlock(random, `block ${i}`));
	const all = [...compute, groupBlock(random), messageBlock(random, false), messageBlock(random, true), consumeBlock()];
	const [group, send, receive, consume] = [blocks, blocks + 1, blocks + 2, blocks + 3] as const;
	const programs = Array.from({ length: ranks }, (_, rank): RankProgram => {
		const block: number[] = [];
		const message: number[] = [];
		for (let round = 0; round < rounds; round++) {
			if (rank > 0) {
				block.push(receive);
				message.push((rank - 1) * rounds + round);
			}
			for (let i = random.below(4); i > 0; i--) block.push(random.below(blocks));
			if (rank > 0) {
				block.push(consume);
				message.push((rank - 1) * rounds + round);
			}
			if (rank < ranks - 1) {
				block.push(send);
				message.push(rank * rounds + round);
			}
			block.push(group);
		}
		return {
			rank,
			stage: rank,
			deviceName: "",
			replicas: 1,
			block: Uint32Array.from(block),
			message: Uint32Array.from(message),
			microBatch: new Int32Array(block.length).fill(NO_MICRO_BATCH),
			chunk: new Int32Array(block.length),
			group: Int32Array.from(GROUP_ROLES, (role) => (grouped && role === "data" ? 0 : NO_GROUP)),
		};
	});
	return {
		blockLibrary: { lanes: LANES, blocks: all, strings: ["", "cudaLaunchKernel", "kernel", "nccl"] },
		programs,
		messageCount: (ranks - 1) * rounds,
		groupSize: Uint32Array.from(grouped ? [ranks] : []),
	};
}
