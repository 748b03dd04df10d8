/** One engine with one memory: the WebAssembly build, or the same sources as plain TypeScript. */
import { referenceKernel } from "./reference.js";
import { wasmKernel } from "./wasm.js";

export interface KernelExports {
	abiVersion(): number;
	heapBase(): number;
	prepare(control: number): void;
	simulate(control: number): number;
	orderTasks(control: number): void;
	layOutDelays(control: number): number;
	retime(control: number): number;
}

export type EngineMode = "wasm" | "reference";

export interface Kernel {
	readonly mode: EngineMode;
	readonly exports: KernelExports;
	/** The first byte that the arena may use. */
	readonly base: number;
	/** Makes the memory at least so many bytes long; throws an EnvironmentError where it cannot be. */
	grow(bytes: number): void;
	/** The memory as it is now: views over it live until the next `grow`. */
	buffer(): ArrayBufferLike;
}

/** Kernels that nobody uses now. A memory never shrinks, so large ones are left to the garbage collector instead. */
const idle: Record<EngineMode, Kernel[]> = { wasm: [], reference: [] };
const MAX_IDLE_BYTES = 256 * 2 ** 20;
const MAX_IDLE_KERNELS = 4;

/** A kernel for the caller alone, until it is released. */
export function acquireKernel(mode: EngineMode): Kernel {
	return idle[mode].pop() ?? (mode === "wasm" ? wasmKernel() : referenceKernel());
}

export function releaseKernel(kernel: Kernel): void {
	const kept = idle[kernel.mode];
	if (kept.length < MAX_IDLE_KERNELS && kernel.buffer().byteLength <= MAX_IDLE_BYTES) kept.push(kernel);
}

/** Lets go of the memories kept for further runs. */
export function releaseKernels(): void {
	idle.wasm.length = 0;
	idle.reference.length = 0;
}
