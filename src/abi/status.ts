/** What an export of the engine returns; the mirror of assembly/status.ts. */
export const Status = {
	OK: 0,
	/** Some tasks were never settled: their edges and waits form a cycle. */
	DEADLOCK: 1,
	/** A runtime dependency would resolve to another task than the ordered pass was prepared for. */
	ORDER_CHANGED: 2,
	/** A delay turned negative on a task that the ordered pass laid out for delays of 0 or more. */
	LAYOUT_CHANGED: 3,
	/** What is left can only be settled in the order of time. */
	UNDECIDED: 4,
	/** A column points outside another, or a time is no time. */
	BROKEN: 5,
	/** What is left waits for tasks that are simulated elsewhere. */
	STALLED: 6,
	/** Tasks of a processor that matters to runtime dependencies are not in line. */
	OUT_OF_LINE: 7,
	/** There is more to do. */
	UNFINISHED: 8,
} as const;
