/** Builds graphs for the engine by hand, task by task: an edge may only name a task that is there already. */
import type { SimulationGraph } from "../../src/engine/index.js";
import { EdgeKind, NO_PROCESSOR, TaskKind } from "../../src/graph/graph.js";

export interface Edge {
	readonly from: number;
	/** @default "finish" */
	readonly at?: "start" | "finish";
	/** @default 0 */
	readonly delayNs?: number;
	readonly kind: EdgeKind;
}

export type TestGraph = SimulationGraph & { readonly kind: Uint8Array };

export class GraphBuilder {
	readonly #kind: TaskKind[] = [];
	readonly #processor: number[] = [];
	readonly #durationNs: number[] = [];
	readonly #predOffset: number[] = [0];
	readonly #pred: number[] = [];
	readonly #delayNs: number[] = [];
	readonly #edgeKind: EdgeKind[] = [];
	readonly #waitTask: number[] = [];
	readonly #waitStream: number[] = [];
	readonly #waitDelayNs: number[] = [];

	task(kind: TaskKind, processor: number | undefined, durationNs: number, edges: readonly Edge[]): number {
		this.#kind.push(kind);
		this.#processor.push(processor ?? NO_PROCESSOR);
		this.#durationNs.push(durationNs);
		for (const edge of edges) {
			this.#pred.push(2 * edge.from + (edge.at === "start" ? 0 : 1));
			this.#delayNs.push(edge.delayNs ?? 0);
			this.#edgeKind.push(edge.kind);
		}
		this.#predOffset.push(this.#pred.length);
		return this.#kind.length - 1;
	}

	/** `task` waits for what is launched on `stream` by then. */
	wait(task: number, stream: number, delayNs = 0): void {
		this.#waitTask.push(task);
		this.#waitStream.push(stream);
		this.#waitDelayNs.push(delayNs);
	}

	build(): TestGraph {
		return {
			taskCount: this.#kind.length,
			edgeCount: this.#pred.length,
			kind: Uint8Array.from(this.#kind),
			processor: Uint32Array.from(this.#processor),
			durationNs: Float64Array.from(this.#durationNs),
			predOffset: Uint32Array.from(this.#predOffset),
			pred: Uint32Array.from(this.#pred),
			delayNs: Float64Array.from(this.#delayNs),
			edgeKind: Uint8Array.from(this.#edgeKind),
			waitTask: Uint32Array.from(this.#waitTask),
			waitStream: Uint32Array.from(this.#waitStream),
			waitDelayNs: Float64Array.from(this.#waitDelayNs),
		};
	}
}

/** The same edge, with the kind that a sequence of tasks on one processor has. */
export function following(from: number | undefined, kind: EdgeKind = EdgeKind.intraThread, delayNs = 0): Edge[] {
	return from === undefined ? [] : [{ from, kind, delayNs }];
}

export { TaskKind };
