/** One engine with one memory: the WebAssembly build, or the same sources as plain TypeScript. */
import type { EngineMode, Kernel } from "./kernel-interface.js";
import { referenceKernel } from "./reference.js";
import { wasmKernel } from "./wasm.js";

/** Kernels that nobody uses now. A memory never shrinks, so large ones are left to the garbage collector instead. */
const idle: Record<EngineMode, Kernel[]> = { wasm: [], reference: [] };
const MAX_IDLE_BYTES = 256 * 2 ** 20;
/** Of all memories that a thread keeps: with two workers, 1.5 GiB. */
const MAX_IDLE_BYTES_TOGETHER = 768 * 2 ** 20;
const MAX_IDLE_KERNELS = 4;

/** A kernel for the caller alone, until it is released. */
export function acquireKernel(mode: EngineMode): Kernel {
	return idle[mode].pop() ?? (mode === "wasm" ? wasmKernel() : referenceKernel());
}

export function releaseKernel(kernel: Kernel): void {
	if (isReusable(kernel)) keep(kernel);
}

/**
 * The same for a kernel of whose memory nobody has a view any more: it is kept even if it is large, because memory that
 * is touched for the first time is slow, and the next run is likely to need as much.
 */
export function releaseWithoutViews(kernel: Kernel): void {
	keep(kernel);
}

function keep(kernel: Kernel): void {
	const kept = idle[kernel.mode];
	const bytes = [...kept, kernel].reduce((sum, one) => sum + one.buffer().byteLength, 0);
	if (kept.length < MAX_IDLE_KERNELS && bytes <= MAX_IDLE_BYTES_TOGETHER) kept.push(kernel);
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
