/** The lanes of a traced library: threads by how they rank on their rank, streams by their numbers. */
import { type ExecutionGraph, NO_PROCESSOR } from "../../graph/graph.js";
import { PassKind } from "../../graph/rank/labels.js";
import { type Lane, NO_LANE } from "../block.js";
import type { TracedRank } from "./segments.js";

export interface TracedLanes {
	readonly lanes: readonly Lane[];
	/** The lane of each processor of the graph. */
	readonly laneOf: (processor: number) => number;
	readonly main: number;
	/** The thread that most of the backward pass runs on. */
	readonly backward: number;
	/** The stream with the most kernels. */
	readonly compute: number;
}

/** The thread that runs the steps. */
export const MAIN_LANE = 0;

export function tracedLanes(graph: ExecutionGraph, ranks: readonly TracedRank[]): TracedLanes {
	const lanes: Lane[] = [{ kind: "thread", id: "1", name: "main thread" }];
	const ids = new Map<string, number>();
	const laneOfProcessor = new Uint8Array(graph.processors.length).fill(NO_LANE);
	const lane = (key: string, make: () => Lane): number => {
		let id = ids.get(key);
		if (id === undefined) {
			id = lanes.push(make()) - 1;
			ids.set(key, id);
		}
		return id;
	};
	const kernels = new Map<number, number>();
	const backwardTasks = new Map<number, number>();
	for (const { begin, end, labels } of ranks) {
		const counts = new Uint32Array(graph.processors.length);
		let main = -1;
		for (let task = begin; task < end; task++) {
			const on = graph.processor[task]!;
			if (on === NO_PROCESSOR) continue;
			counts[on]!++;
			if (labels.main[task - begin] === 1) main = on;
		}
		if (main >= 0) laneOfProcessor[main] = MAIN_LANE;
		const sorted = [...counts.entries()].filter(([, tasks]) => tasks > 0).sort((a, b) => b[1] - a[1]);
		const onThread = new Uint32Array(graph.processors.length);
		for (let task = begin; task < end; task++) {
			const pass = labels.pass[task - begin]!;
			if (pass >= 0 && labels.passKind[pass] === PassKind.backward) onThread[graph.processor[task]!]!++;
		}
		let other = 1;
		for (const [on, tasks] of sorted) {
			if (on === main) continue;
			const { kind, id, name } = graph.processors[on]!;
			if (kind === "stream") {
				laneOfProcessor[on] = lane(`stream ${id}`, () => ({ kind, id, name }));
				kernels.set(laneOfProcessor[on]!, (kernels.get(laneOfProcessor[on]!) ?? 0) + tasks);
			} else {
				const nth = ++other;
				laneOfProcessor[on] = lane(`thread ${nth}`, () => ({ kind, id: String(nth), name: `thread ${nth}` }));
			}
		}
		onThread.forEach((tasks, on) => {
			if (tasks > 0) backwardTasks.set(laneOfProcessor[on]!, (backwardTasks.get(laneOfProcessor[on]!) ?? 0) + tasks);
		});
	}
	const compute = mostUsed(kernels) ?? 0;
	return {
		lanes,
		laneOf: (processor) => (processor === NO_PROCESSOR ? NO_LANE : laneOfProcessor[processor]!),
		main: MAIN_LANE,
		backward: mostUsed(backwardTasks) ?? MAIN_LANE,
		compute,
	};
}

function mostUsed(uses: ReadonlyMap<number, number>): number | undefined {
	return [...uses].sort((a, b) => b[1] - a[1])[0]?.[0];
}
