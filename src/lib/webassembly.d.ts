/** The part of the WebAssembly JavaScript API that Lumos uses: TypeScript has it only in the DOM library. */
declare namespace WebAssembly {
	class Module {
		constructor(bytes: Uint8Array | ArrayBuffer);
	}
	class Instance {
		constructor(module: Module, imports?: Record<string, Record<string, unknown>>);
		readonly exports: Record<string, unknown>;
	}
	interface MemoryDescriptor {
		/** Pages of 64 KiB. */
		initial: number;
		maximum?: number;
		shared?: boolean;
	}
	class Memory {
		constructor(descriptor: MemoryDescriptor);
		readonly buffer: ArrayBuffer | SharedArrayBuffer;
		grow(pages: number): number;
	}
}
