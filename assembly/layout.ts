/**
 * The control block: every export gets its address and finds here the counts and the addresses of all columns. Each
 * field is a u32. Mirrored in src/abi/control.ts.
 *
 *   +0        +4        +8                    +4k
 *   | TASKS   | EDGES   | PROCESSORS | ...    | address of column k | ...
 */

export const NONE: u32 = 0xffffffff;

/** EdgeKind.launch of the graph. */
export const LAUNCH_EDGE: u32 = 3;

export const TASKS: usize = 0;
export const EDGES: usize = TASKS + 4;
export const PROCESSORS: usize = EDGES + 4;
export const WAITS: usize = PROCESSORS + 4;
export const LINKS: usize = WAITS + 4;
/** 1: tasks are settled in the order of their starts; 0: in any order that the dependencies allow (queue/ready.ts). */
export const IN_TIME_ORDER: usize = LINKS + 4;

/** f64 a task. */
export const DURATION: usize = IN_TIME_ORDER + 4;
/** u32 a task and one more. */
export const PRED_OFFSET: usize = DURATION + 4;
/** u32 an edge: 2 x predecessor + (0: its start, 1: its finish). */
export const PRED: usize = PRED_OFFSET + 4;
/** f64 an edge. */
export const DELAY: usize = PRED + 4;
/** u8 an edge. */
export const EDGE_KIND: usize = DELAY + 4;
/** u32 a task. */
export const PROCESSOR: usize = EDGE_KIND + 4;

/** u32 a wait, ascending. */
export const WAIT_TASK: usize = PROCESSOR + 4;
/** u32 a wait. */
export const WAIT_STREAM: usize = WAIT_TASK + 4;
/** f64 a wait. */
export const WAIT_DELAY: usize = WAIT_STREAM + 4;
/** u32 a wait, out: the task that it waited for, or NONE. */
export const WAIT_RESOLVED: usize = WAIT_DELAY + 4;
/** u32 a wait: the next wait in the list of its stream's waiters. */
export const WAIT_NEXT: usize = WAIT_RESOLVED + 4;

/** u32 a task: a topological order of the fixed edges; 0 where the task numbers are one. */
export const ORDER: usize = WAIT_NEXT + 4;
/** Out: how many tasks are in that order: fewer than all where fixed edges form a cycle. */
export const ORDERED_COUNT: usize = ORDER + 4;
/** u32 a task: 1 + the place in that order of the last task that the launch of this one puts on its stream. */
export const PLACE: usize = ORDERED_COUNT + 4;
/** u32 a task: the launched task before this one on its stream, or NONE. */
export const PREVIOUS: usize = PLACE + 4;
/** u32 a processor: 1 + the place of the last task that is on it from the beginning; NOT_WAITED_FOR if no wait asks. */
export const AT_FIRST: usize = PREVIOUS + 4;
/** u32 a processor: the last task, in the order of the stream, whose launch was settled, or NONE. */
export const LATEST: usize = AT_FIRST + 4;
/** u32 a processor: the first wait in the list of those that wait for a task of it. */
export const WAITERS: usize = LATEST + 4;

/** u32 for every start and every finish, in the order of 2 x task + slot, and two more. */
export const SUCC_OFFSET: usize = WAITERS + 4;
/** u32 an edge: 2 x successor + (1: the edge launches it). */
export const SUCC: usize = SUCC_OFFSET + 4;
/** u32 a task: predecessors still missing, and the flags below. */
export const COUNTER: usize = SUCC + 4;
/** Two f64 a task, out: its start and its finish; one more task that starts and ends at 0. */
export const TIME: usize = COUNTER + 4;
/** 16 bytes a task and a link event, see queue/heap.ts. */
export const HEAP: usize = TIME + 4;
/** u32 a task: work space of the worklist; of the ordered pass, for a region too. */
export const STACK: usize = HEAP + 4;
/** u32 a task, out: the tasks in the order in which they were settled, which is one that the dependencies allow. */
export const SETTLED: usize = STACK + 4;
/** u32 a task, out: the edge, or EDGES + the wait, that its start came from, or NONE. */
export const BOUND_BY: usize = SETTLED + 4;
/** Out: how many tasks were settled. */
export const SETTLED_COUNT: usize = BOUND_BY + 4;

/** u32 a task: the link that it occupies, or NONE; 0 where there are no links. */
export const LINK_OF: usize = SETTLED_COUNT + 4;
/** f64 a link: how many tasks run on it at full speed together. */
export const LINK_CAPACITY: usize = LINK_OF + 4;
/** 32 bytes a link, see replay/links.ts. */
export const LINK_STATE: usize = LINK_CAPACITY + 4;
/** 16 bytes a task on a link. */
export const LINK_HEAP: usize = LINK_STATE + 4;

/** The fields from here on are those of the ordered pass. */
/** Regions of tasks: each begins with a task that has no edge. */
export const REGIONS: usize = LINK_HEAP + 4;
/** 16 bytes a region, see ordered/runs.ts. */
export const REGION: usize = REGIONS + 4;
/** u32 a task: see ordered/runs.ts. */
export const MARK: usize = REGION + 4;
/** 16 bytes a run, out; see ordered/runs.ts. */
export const RUN: usize = MARK + 4;
/** Out: how many runs there are. */
export const RUN_COUNT: usize = RUN + 4;
/** 1 if all delays are whole numbers below 2^32, or negative: light records are then narrow. */
export const NARROW: usize = RUN_COUNT + 4;
/** 24 bytes a task, narrow 16: its two edges, see ordered/records.ts. */
export const LIGHT: usize = NARROW + 4;
/** 12 bytes a task that does not fit there. */
export const HEAVY: usize = LIGHT + 4;
/** u32 an edge of those. */
export const HEAVY_SLOT: usize = HEAVY + 4;
/** f64 an edge of those. */
export const HEAVY_DELAY: usize = HEAVY_SLOT + 4;
/** f64 a wait: when its task asked; only the first wait of a task is used. */
export const ASKED_AT: usize = HEAVY_DELAY + 4;
export const CHECKS: usize = ASKED_AT + 4;
/** 12 bytes a check, see ordered/checks.ts. */
export const CHECK: usize = CHECKS + 4;

export const CONTROL_BYTES: usize = CHECK + 4;

/** AT_FIRST of a processor that no wait asks about: its launches are not recorded. */
export const NOT_WAITED_FOR: u32 = 0xffffffff;

/** Flags in COUNTER: the task has waits that were not asked yet; some task waits for this one; and the count proper. */
export const HAS_WAITS: u32 = 0x40000000;
export const HAS_WAITERS: u32 = 0x80000000;
export const COUNT_MASK: u32 = 0x3fffffff;
