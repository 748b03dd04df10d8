/** What an export returns. Mirrored in src/abi/status.ts. */

export const OK: u32 = 0;
/** Some tasks were never settled: their edges and waits form a cycle. */
export const DEADLOCK: u32 = 1;
/** A runtime dependency would resolve to another task than the ordered pass was prepared for. */
export const ORDER_CHANGED: u32 = 2;
/** A delay turned negative on a task that the ordered pass laid out for delays of 0 or more. */
export const LAYOUT_CHANGED: u32 = 3;
/** What is left can only be settled in the order of time. */
export const UNDECIDED: u32 = 4;
/** A column points outside another, or a time is no time. */
export const BROKEN: u32 = 5;
/** What is left waits for tasks that are simulated elsewhere. */
export const STALLED: u32 = 6;
/** Tasks of a processor that matters to runtime dependencies are not in line. */
export const OUT_OF_LINE: u32 = 7;
/** There is more to do. */
export const UNFINISHED: u32 = 8;
