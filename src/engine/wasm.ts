/** The WebAssembly build of the engine over a shared memory that TypeScript owns. */
import { readFileSync } from "node:fs";
import { instantiateSync } from "@assemblyscript/loader";
import { ABI_VERSION } from "../abi/control.js";
import { EnvironmentError } from "../lib/errors.js";
import { wasmFile } from "../lib/wasm-file.js";
import type { Kernel, KernelExports } from "./kernel-interface.js";

const PAGE_BYTES = 65_536;

let compiled: WebAssembly.Module | undefined;

export function wasmKernel(): Kernel {
	compiled ??= new WebAssembly.Module(readFileSync(wasmFile("engine.wasm")));
	const memory = new WebAssembly.Memory({ initial: 1, maximum: 65_536, shared: true });
	// Growing gives a new buffer object over the same memory; views over the old ones stay good.
	const buffers = new WeakSet<ArrayBufferLike>();
	const { exports } = instantiateSync<KernelExports & Record<string, unknown>>(compiled, { env: { memory } });
	if (exports.abiVersion() !== ABI_VERSION) throw new Error("engine.wasm is of another version: run npm run build");
	return {
		mode: "wasm",
		exports,
		base: exports.heapBase(),
		buffer() {
			buffers.add(memory.buffer);
			return memory.buffer;
		},
		owns: (buffer) => buffers.has(buffer),
		grow(bytes) {
			const missing = Math.ceil(bytes / PAGE_BYTES) - memory.buffer.byteLength / PAGE_BYTES;
			if (missing <= 0) return;
			try {
				memory.grow(missing);
			} catch {
				const gib = (bytes / 2 ** 30).toFixed(2);
				throw new EnvironmentError(`no memory for ${gib} GiB: free some, or simulate fewer ranks at a time`);
			}
		},
	};
}
