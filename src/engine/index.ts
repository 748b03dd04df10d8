/** The engine: when every task of an execution graph runs, and why then. */
export { allocateColumns, allocateRoom, type GraphColumns, type GraphSize } from "./graph-columns.js";
export { releaseKernels } from "./kernel.js";
export type { EngineMode } from "./kernel-interface.js";
export { type LinkModel, NO_LINK } from "./links.js";
export { OrderedPass, type OrderedPassOptions } from "./ordered-pass.js";
export { type SimulateOptions, simulate } from "./simulate.js";
export type { SimulationGraph } from "./simulation-graph.js";
export { BY_QUEUE, BY_WAIT, DeadlockError, type Timeline, UNBOUND } from "./timeline.js";
