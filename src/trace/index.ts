/** Reading traces: everything that other layers may use. */
export * from "./columns.js";
export {
	builtInKernelClasses,
	classifyKernel,
	type KernelClass,
	type KernelClassTable,
	kernelClasses,
	loadKernelClasses,
} from "./kernel-classes.js";
export { listTraces } from "./list-traces.js";
export type { ReadOptions } from "./options.js";
export { readTrace } from "./read-trace.js";
export { releaseInstances as releaseScanners } from "./scanner/module.js";
