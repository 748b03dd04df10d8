/**
 * The columns of an instantiated graph. They grow and are written anew by every instantiation, so that a sweep over
 * thousands of plans allocates once; a graph is a view over them and lives until the next instantiation.
 */
import type { ExecutionGraph } from "../../graph/graph.js";

export type Columns = {
	-readonly [K in keyof ExecutionGraph as ExecutionGraph[K] extends Float64Array | Uint32Array | Uint8Array
		? K
		: never]: ExecutionGraph[K];
};

/** What only reports read: left out of a lean graph. */
type ReportColumn = "kind" | "name" | "shape" | "confidence" | "waitConfidence" | "measuredStartNs" | "measuredEndNs";
export type LeanColumns = Omit<Columns, ReportColumn>;

/** Room for so much more than is asked for, so that the next, slightly larger graph fits as well. */
const SLACK = 1.25;

export class GraphArena {
	#tasks = 0;
	#edges = 0;
	#waits = 0;
	#isFull = false;
	#lean: LeanColumns = leanColumns(0, 0, 0);
	#report: Pick<Columns, ReportColumn> = reportColumns(0, 0, 0);

	/** Views of exactly these lengths; what was in them is of no use. */
	lean(tasks: number, edges: number, waits: number): LeanColumns {
		this.#grow(tasks, edges, waits, this.#isFull);
		const { processor, durationNs, predOffset, pred, delayNs, edgeKind, waitTask, waitStream, waitDelayNs } =
			this.#lean;
		return {
			processor: processor.subarray(0, tasks),
			durationNs: durationNs.subarray(0, tasks),
			predOffset: predOffset.subarray(0, tasks + 1),
			pred: pred.subarray(0, edges),
			delayNs: delayNs.subarray(0, edges),
			edgeKind: edgeKind.subarray(0, edges),
			waitTask: waitTask.subarray(0, waits),
			waitStream: waitStream.subarray(0, waits),
			waitDelayNs: waitDelayNs.subarray(0, waits),
		};
	}

	full(tasks: number, edges: number, waits: number): Columns {
		this.#grow(tasks, edges, waits, true);
		const { kind, name, shape, confidence, waitConfidence, measuredStartNs, measuredEndNs } = this.#report;
		return {
			...this.lean(tasks, edges, waits),
			kind: kind.subarray(0, tasks),
			name: name.subarray(0, tasks),
			shape: shape.subarray(0, tasks),
			confidence: confidence.subarray(0, edges),
			waitConfidence: waitConfidence.subarray(0, waits),
			measuredStartNs: measuredStartNs.subarray(0, tasks),
			measuredEndNs: measuredEndNs.subarray(0, tasks),
		};
	}

	#grow(tasks: number, edges: number, waits: number, full: boolean): void {
		const fits = tasks <= this.#tasks && edges <= this.#edges && waits <= this.#waits;
		if (fits && full === this.#isFull) return;
		if (!fits) {
			this.#tasks = Math.max(this.#tasks, Math.ceil(tasks * SLACK));
			this.#edges = Math.max(this.#edges, Math.ceil(edges * SLACK));
			this.#waits = Math.max(this.#waits, Math.ceil(waits * SLACK));
			this.#lean = leanColumns(this.#tasks, this.#edges, this.#waits);
		}
		this.#isFull = full;
		this.#report = full ? reportColumns(this.#tasks, this.#edges, this.#waits) : reportColumns(0, 0, 0);
	}
}

function leanColumns(tasks: number, edges: number, waits: number): LeanColumns {
	return {
		processor: new Uint32Array(tasks),
		durationNs: new Float64Array(tasks),
		predOffset: new Uint32Array(tasks + 1),
		pred: new Uint32Array(edges),
		delayNs: new Float64Array(edges),
		edgeKind: new Uint8Array(edges),
		waitTask: new Uint32Array(waits),
		waitStream: new Uint32Array(waits),
		waitDelayNs: new Float64Array(waits),
	};
}

/** Nothing writes the measured times: what a plan runs was never measured. */
function reportColumns(tasks: number, edges: number, waits: number): Pick<Columns, ReportColumn> {
	return {
		kind: new Uint8Array(tasks),
		name: new Uint32Array(tasks),
		shape: new Uint32Array(tasks),
		confidence: new Uint8Array(edges),
		waitConfidence: new Uint8Array(waits),
		measuredStartNs: new Float64Array(tasks),
		measuredEndNs: new Float64Array(tasks),
	};
}
