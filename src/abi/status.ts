/** What an export of the engine returns; the mirror of assembly/status.ts. */
export const Status = {
	OK: 0,
	/** Some tasks were never settled: their edges and waits form a cycle. */
	DEADLOCK: 1,
	/** A runtime dependency would resolve to another task than the ordered pass was prepared for. */
	ORDER_CHANGED: 2,
	/** A delay turned negative on a task that the ordered pass laid out for delays of 0 or more. */
	LAYOUT_CHANGED: 3,
	/** Two tasks start together, and which comes first for a runtime dependency only an order in time can tell. */
	UNDECIDED: 4,
} as const;
