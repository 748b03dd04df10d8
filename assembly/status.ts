/** What an export returns. Mirrored in src/abi/status.ts. */

export const OK: u32 = 0;
/** Some tasks were never settled: their edges and waits form a cycle. */
export const DEADLOCK: u32 = 1;
/** A runtime dependency would resolve to another task than the ordered pass was prepared for. */
export const ORDER_CHANGED: u32 = 2;
/** A delay turned negative on a task that the ordered pass laid out for delays of 0 or more. */
export const LAYOUT_CHANGED: u32 = 3;
/** Two tasks start together, and which comes first for a runtime dependency only an order in time can tell. */
export const UNDECIDED: u32 = 4;
