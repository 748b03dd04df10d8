/** What a prediction needs to know of a rank beside its part of the graph. */
import type { RankComms } from "../comms/rank-comms.js";
import type { TaskLabels } from "./labels.js";

/** What its communication is, without when it was; `row` counts from the rank's first task. */
export type CommTable = Pick<
	RankComms,
	| "rank"
	| "count"
	| "row"
	| "collective"
	| "dtype"
	| "inElems"
	| "outElems"
	| "groupName"
	| "groupDesc"
	| "groupRanks"
	| "groupSize"
	| "src"
	| "dst"
	| "strings"
	| "processGroups"
>;

export interface RankFacts {
	readonly labels: TaskLabels;
	readonly comms: CommTable;
}

/** Of all ranks of a graph, in its order. */
export interface RunFacts {
	/** What the shapes of the operators tell of the job: plain JSON, whose form is that of who asks for it. */
	readonly job: Readonly<Record<string, unknown>>;
	readonly ranks: readonly RankFacts[];
}
