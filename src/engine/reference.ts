/**
 * The engine's sources compiled as plain TypeScript (tools/build-portable.mjs): slower, easy to step through in a
 * debugger, and equal to the WebAssembly build bit for bit.
 */
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { ABI_VERSION } from "../abi/control.js";
import type { Kernel, KernelExports } from "./kernel-interface.js";

const require = createRequire(import.meta.url);

/** `dist/portable/` of the package, from `dist/engine/` and from `src/engine/` alike. */
function load<T>(name: string): T {
	const built = fileURLToPath(new URL(`../portable/${name}`, import.meta.url));
	return require(existsSync(built) ? built : fileURLToPath(new URL(`../../dist/portable/${name}`, import.meta.url)));
}

export function referenceKernel(): Kernel {
	const { bindMemory } = load<{ bindMemory(buffer: ArrayBuffer): void }>("memory.cjs");
	const portable = load<KernelExports>("index.cjs");
	if (portable.abiVersion() !== ABI_VERSION) throw new Error("dist/portable is of another version: run npm run build");
	let buffer = new ArrayBuffer(0);
	// The module has one memory at a time; every call says whose.
	const bound = <A extends unknown[], R>(call: (...args: A) => R) => {
		return (...args: A): R => {
			bindMemory(buffer);
			return call(...args);
		};
	};
	return {
		mode: "reference",
		exports: {
			abiVersion: portable.abiVersion,
			heapBase: portable.heapBase,
			placeLaunchers: bound(portable.placeLaunchers),
			noteMeetings: bound(portable.noteMeetings),
			openLaunchCounts: bound(portable.openLaunchCounts),
			findStrands: bound(portable.findStrands),
			checkTasks: bound(portable.checkTasks),
			checkWaits: bound(portable.checkWaits),
			areTimes: bound(portable.areTimes),
			countLaunches: bound(portable.countLaunches),
			listLaunches: bound(portable.listLaunches),
			openWorklist: bound(portable.openWorklist),
			runWorklist: bound(portable.runWorklist),
			receive: bound(portable.receive),
			prepareLoop: bound(portable.prepareLoop),
			runInTimeOrder: bound(portable.runInTimeOrder),
			orderTasks: bound(portable.orderTasks),
			layOutDelays: bound(portable.layOutDelays),
			retime: bound(portable.retime),
			followRanks: bound(portable.followRanks),
			sumDevice: bound(portable.sumDevice),
		},
		base: portable.heapBase(),
		buffer: () => buffer,
		owns: (other) => other === buffer,
		grow(bytes) {
			if (bytes <= buffer.byteLength) return;
			const larger = new ArrayBuffer(Math.ceil(bytes / 8) * 8);
			new Uint8Array(larger).set(new Uint8Array(buffer));
			buffer = larger;
		},
	};
}
