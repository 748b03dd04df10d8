/** The compiled scanner, and instances of it that are used again: a WebAssembly memory is dear to make. */
import { readFileSync } from "node:fs";
import { instantiateSync } from "@assemblyscript/loader";
import { wasmFile } from "../../lib/wasm-file.js";
import { Arena } from "./arena.js";

export interface ScanExports extends Record<string, unknown> {
	heapBase(): number;
	reset(): number;
	scan(begin: number, end: number): number;
	intern(text: number, length: number, flags: number): number;
	setCategory(id: number, record: number, kind: number): void;
	rehashStrings(): void;
	rehashTracks(): void;
}

export interface ScanInstance {
	readonly arena: Arena;
	readonly exports: ScanExports;
}

let compiled: WebAssembly.Module | undefined;
const idle: ScanInstance[] = [];
/** More than this is not worth keeping for the next file. */
const KEEP_BYTES = 256 * 1024 * 1024;

export function takeInstance(): ScanInstance {
	const known = idle.pop();
	if (known !== undefined) return known;
	compiled ??= new WebAssembly.Module(readFileSync(wasmFile("scan.wasm")));
	const arena = new Arena();
	const { exports } = instantiateSync<ScanExports>(compiled, { env: { memory: arena.memory } });
	return { arena, exports };
}

/** Lets go of the memory kept for further files. */
export function releaseInstances(): void {
	idle.length = 0;
}

export function returnInstance(instance: ScanInstance): void {
	if (instance.arena.u8.length <= KEEP_BYTES) idle.push(instance);
}
