/** An exchange between stages of the target: one of the base run's with other messages, or the cost model's. */
import type { CostModel } from "../../cost/cost-model.js";
import { TaskKind } from "../../graph/graph.js";
import type { MessagePart } from "../blocks/messages.js";
import type { TargetDurations } from "./durations.js";
import { activationBytes, type MessageLink, messageLink, type TracedJob } from "./rescale.js";
import type { Segment } from "./segments.js";
import type { TracedBlocks } from "./traced-blocks.js";
import type { TracedLibrary } from "./traced-library.js";

export interface ExchangeCut {
	readonly inputs: {
		readonly blockLibrary: TracedLibrary;
		readonly base: TracedJob;
		readonly target: TracedJob;
		readonly cost: CostModel;
	};
	readonly blocks: TracedBlocks;
	readonly durations: TargetDurations;
	readonly stage: number;
}

/** The neighbours of a stage that messages go to or come from: the one behind it, the one before. */
function neighbours(job: TracedJob, stage: number, messages: readonly MessagePart[]): MessageLink[] {
	const stages = job.parallel.pipelineModelParallelSize;
	const isAhead = (part: MessagePart): boolean => part === "sendForward" || part === "receiveBackward";
	const ways = new Set(messages.map(isAhead));
	return [...ways].map((ahead) => messageLink(job, stage, (stage + (ahead ? 1 : stages - 1)) % stages));
}

/** @param drawn an exchange of the base run in one kernel, and the stage that it was cut from */
export function cutExchange(
	{ inputs, blocks, durations, stage }: ExchangeCut,
	messages: readonly MessagePart[],
	drawn: { readonly segment: Segment; readonly stage: number } | undefined,
): number {
	const { blockLibrary, base, target, cost } = inputs;
	const slowest = (job: TracedJob, links: readonly MessageLink[]): number =>
		Math.max(...links.map(({ sameNode, sharing }) => cost.sendRecv(activationBytes(job), sameNode, sharing)));
	const links = neighbours(target, stage, messages);
	const wanted = slowest(target, links);
	if (!drawn) return blocks.exchange(messages, wanted);
	const { segment } = drawn;
	const were = neighbours(base, drawn.stage, segment.parts[0]!);
	const isInside = (all: readonly MessageLink[]): boolean => all.every(({ sameNode }) => sameNode);
	// The links of a node tell nothing of the network: what moves to the other takes the model's time.
	const isModelled = isInside(links) !== isInside(were);
	const ratio = wanted / slowest(base, were);
	const { kind, durationNs } = blockLibrary.graph;
	return blocks.of(
		segment,
		`${messages.join("+")} ${isModelled} ${wanted}`,
		(task) => {
			const isWire = kind[task] === TaskKind.transfer || kind[task] === TaskKind.comm;
			if (isWire) return Math.round(isModelled ? wanted : durationNs[task]! * ratio);
			return durations.of(task, segment, { from: drawn.stage, to: stage });
		},
		(task) => isModelled && blockLibrary.factsOf(task) !== undefined,
		{ parts: [messages] },
	);
}
