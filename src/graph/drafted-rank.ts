/** A rank whose draft is complete, ready to be put together with the others. */
import type { Trace } from "../trace/columns.js";
import type { DeviceTasks } from "./device-tasks.js";
import type { RankDraft } from "./draft.js";

export interface DraftedRank {
	readonly draft: RankDraft;
	readonly trace: Trace;
	readonly device: DeviceTasks;
	readonly stepBegin: Int32Array;
	readonly stepEnd: Int32Array;
	/** To be added to the trace's times to come to the common clock, ns. */
	readonly shiftNs: number;
	readonly clockOffsetNs: number;
}
