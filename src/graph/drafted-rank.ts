/** A rank whose draft is complete, ready to be put together with the others. */
import type { Trace } from "../trace/columns.js";
import type { ClockLine } from "./comms/clocks.js";
import type { DeviceTasks } from "./device-tasks.js";
import type { RankDraft } from "./draft.js";

export interface DraftedRank {
	readonly draft: RankDraft;
	readonly trace: Trace;
	readonly device: DeviceTasks;
	readonly stepBegin: Int32Array;
	readonly stepEnd: Int32Array;
	/** From the trace's times to the common clock. */
	readonly clock: RankClock;
}

/** How a rank's own times become those of the common clock, `scale x own + shiftNs`, and what was found of its clock. */
export interface RankClock extends ClockLine {
	readonly offsetNs: number;
	readonly driftPpm: number;
	/** NaN where no match says. */
	readonly residualNs: number;
}
