/**
 * The control block: every export gets its address and finds here the counts and the addresses of all columns. Each
 * field is a u32. Mirrored in src/abi/control.ts.
 *
 *   +0        +4        +8                    +4k
 *   | TASKS   | EDGES   | EXTERNALS  | ...    | address of column k | ...
 */

export const NONE: u32 = 0xffffffff;

/** In BOUND_BY: this + a wait. */
export const BY_WAIT: u32 = 0x80000000;

/** EdgeKind.launch of the graph. */
export const LAUNCH_EDGE: u32 = 3;

export const TASKS: usize = 0;
export const EDGES: usize = TASKS + 4;
/** Tasks that are simulated elsewhere: numbers from TASKS on, whose times are received. */
export const EXTERNALS: usize = EDGES + 4;
export const WAITS: usize = EXTERNALS + 4;
export const LINKS: usize = WAITS + 4;

/** f64 a task. */
export const DURATION: usize = LINKS + 4;
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

/** What `check` finds: how many processors the tasks and waits name. */
export const PROCESSORS: usize = WAIT_DELAY + 4;
/** 1 if every edge goes from a lower task number to a higher one. */
export const ASCENDING: usize = PROCESSORS + 4;
/** Tasks without edges. */
export const SOURCES: usize = ASCENDING + 4;
/** The first of the tasks at the end that have edges and no processor: where ranks meet. */
export const FIRST_MEETING: usize = SOURCES + 4;

/** f64 a task and an external one, out. Before a time is known it is NaN, see worklist/strands.ts and worklist/explore.ts. */
export const START: usize = FIRST_MEETING + 4;
export const FINISH: usize = START + 4;
/** u32 a task, out: the edge, or BY_WAIT + the wait, that its start came from, or NONE. */
export const BOUND_BY: usize = FINISH + 4;
/** u32 a task, out: the tasks in the order in which they were settled, which is one that the dependencies allow. */
export const SETTLED: usize = BOUND_BY + 4;
/** Out: how many tasks were settled. */
export const SETTLED_COUNT: usize = SETTLED + 4;
/** u32 a wait, out: the task that it waited for, or NONE. */
export const WAIT_RESOLVED: usize = SETTLED_COUNT + 4;

/** The fields from here on are those of the worklist. 24 bytes a strand, see worklist/strands.ts. */
export const STRAND: usize = WAIT_RESOLVED + 4;
/** Strands found so far; the last are the meetings, one each. */
export const STRANDS: usize = STRAND + 4;
/** u32 a strand: those that can go on. */
export const STACK: usize = STRANDS + 4;
export const STACKED: usize = STACK + 4;
/** 128 bytes a processor, see worklist/launches.ts. */
export const LAUNCHERS: usize = STACKED + 4;
/** u32 a processor: 1 + the last task that is on it from the beginning; NOT_WAITED_FOR if no wait asks. */
export const AT_FIRST: usize = LAUNCHERS + 4;
/** u32 a processor: its last task on the way so far; bit 31 if its tasks are not in line. */
export const LAST_ON: usize = AT_FIRST + 4;
/** Out: launches on streams that are waited for. */
export const LAUNCHES: usize = LAST_ON + 4;
/** 12 bytes a launch, see worklist/launches.ts. */
export const LAUNCH: usize = LAUNCHES + 4;
/** Tasks whose times are sent elsewhere, u32 each; the strands that wait for the same, u32 each. */
export const EXPORTS: usize = LAUNCH + 4;
export const EXPORT_TASK: usize = EXPORTS + 4;
export const EXPORT_NEXT: usize = EXPORT_TASK + 4;
/** u32 an export: those that were settled since the list was emptied. */
export const OUTBOX: usize = EXPORT_NEXT + 4;
export const OUTBOX_COUNT: usize = OUTBOX + 4;
/** 1: what is stuck may be settled out of the order of the strands. */
export const FORCE: usize = OUTBOX_COUNT + 4;

/** The fields from here on are those of the event loop. u32 a task: a topological order; 0 where the numbers are one. */
export const ORDER: usize = FORCE + 4;
/** Out: how many tasks are in that order: fewer than all where fixed edges form a cycle. */
export const ORDERED_COUNT: usize = ORDER + 4;
/** u32 a task: 1 + the place in that order of the last task that the launch of this one puts on its stream. */
export const PLACE: usize = ORDERED_COUNT + 4;
/** u32 a processor: the last task, in the order of the stream, whose launch was settled, or NONE. */
export const LATEST: usize = PLACE + 4;
/** u32 a processor: the first wait in the list of those that wait for a task of it. */
export const WAITERS: usize = LATEST + 4;
/** u32 a wait: the next wait in the list of its stream's waiters. */
export const WAIT_NEXT: usize = WAITERS + 4;
/** u32 for every start and every finish, in the order of 2 x task + slot, and two more. */
export const SUCC_OFFSET: usize = WAIT_NEXT + 4;
/** u32 an edge: 2 x successor + (1: the edge launches it). */
export const SUCC: usize = SUCC_OFFSET + 4;
/** u32 a task: predecessors still missing, and the flags below. */
export const COUNTER: usize = SUCC + 4;
/** 16 bytes a task and a link event, see queue/heap.ts. */
export const HEAP: usize = COUNTER + 4;
/** u32 a task: the link that it occupies, or NONE; 0 where there are no links. */
export const LINK_OF: usize = HEAP + 4;
/** f64 a link: how many tasks run on it at full speed together. */
export const LINK_CAPACITY: usize = LINK_OF + 4;
/** 32 bytes a link, see replay/links.ts. */
export const LINK_STATE: usize = LINK_CAPACITY + 4;
/** 16 bytes a task on a link. */
export const LINK_HEAP: usize = LINK_STATE + 4;

/** The fields from here on are those of the ordered pass. Two f64 a task, out: start and finish; one more task at 0. */
export const TIME: usize = LINK_HEAP + 4;
/** Regions of tasks: each begins with a task that has no edge. */
export const REGIONS: usize = TIME + 4;
/** 16 bytes a region, see ordered/runs.ts. */
export const REGION: usize = REGIONS + 4;
/** u32 a region and a task: work space. */
export const REGION_STACK: usize = REGION + 4;
/** u32 a task: see ordered/runs.ts. */
export const MARK: usize = REGION_STACK + 4;
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
