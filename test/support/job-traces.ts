/** Traces of small training jobs by hand, told in passes and layers instead of single events. */
import type { ProcessGroup, Trace } from "../../src/trace/columns.js";
import { type HandEvent, handTrace } from "./trace-builder.js";

export interface RankStory {
	readonly rank?: number;
	readonly worldSize?: number;
	/** Description -> ranks. */
	readonly groups?: Readonly<Record<string, readonly number[]>>;
	/** What happens in the step: one event after another, 10 us each. */
	readonly events: readonly Omit<HandEvent, "at" | "takes">[];
}

export function storyTrace({ rank = 0, worldSize = 1, groups = {}, events }: RankStory): Trace {
	const processGroups: ProcessGroup[] = Object.entries(groups).map(([desc, ranks], i) => ({
		name: String(i),
		desc,
		backend: "cuda:nccl",
		size: ranks.length,
		ranks,
	}));
	const timed = events.map((event, i) => ({ takes: 10, at: 100 + 10 * i, ...event }));
	const trace = handTrace({ rank, steps: [{ step: 7, from: 100, to: 100 + 10 * timed.length }], events: timed });
	return { ...trace, worldSize, processGroups };
}

type Story = RankStory["events"];

export const op = (name: string, dims?: unknown): Story => [
	{ category: "cpuOp", name, ...(dims === undefined ? {} : { shape: JSON.stringify(dims) }) },
];

export const range = (name: string): Story => [{ category: "userAnnotation", name }];

export const layerModule = (name: string): Story => [{ category: "module", name: `nn.Module: ${name}` }];

/** The CPU's side of a collective. */
export const message = (collective: string, elems: number, group: readonly number[]): Story => [
	{ category: "cpuOp", name: "record_param_comms", message: { collective, elems, group } },
];

export const gradient = (node: string): Story => op(`autograd::engine::evaluate_function: ${node}`);

export const repeat = (times: number, story: Story): Story => Array.from({ length: times }, () => story).flat();

/** `F` and `B` for passes, in order. */
export const schedule = (order: string): Story =>
	[...order].flatMap((pass) => range(pass === "F" ? "forward_step" : "backward_step"));
