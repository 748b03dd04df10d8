/** One engine with one memory: the WebAssembly build, or the same sources as plain TypeScript. */
import type { EngineMode, Kernel } from "./kernel-interface.js";
import { referenceKernel } from "./reference.js";
import { wasmKernel } from "./wasm.js";

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
	if (kept.length < MAX_IDLE_KERNELS && isReusable(kernel)) kept.push(kernel);
}

/** Whether a released kernel may be used again: views of its memory then come to an end. */
export function isReusable(kernel: Kernel): boolean {
	return kernel.buffer().byteLength <= MAX_IDLE_BYTES;
}

/** Lets go of the memories kept for further runs. */
export function releaseKernels(): void {
	idle.wasm.length = 0;
	idle.reference.length = 0;
}
