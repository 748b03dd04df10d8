/**
 * Events without a category (the autograd profiler's own export): their track and name say what they are. `pid` is
 * "CPU functions" or "CUDA functions" there; whatever names a device holds kernels.
 */
import { ScannerClass } from "./categories.js";
import { Category, NONE, type StringTable, type Track } from "./columns.js";

export interface CategoryRows {
	readonly category: Uint8Array;
	readonly name: Uint32Array;
	readonly track: Uint32Array;
	readonly stream: Int32Array;
}

const DEVICE = /\b(cuda|gpu|hip|xpu|mtia|hpu|device)\b/i;
const RUNTIME_CALL = /^(cuda|hip|cu|ze)[A-Z]/;

export function resolveUncategorised(rows: CategoryRows, tracks: readonly Track[], strings: StringTable): void {
	const onDevice = tracks.map(({ pid, processName }) => DEVICE.test(pid) || (pid !== "" && DEVICE.test(processName)));
	const perName = new Map<number, number>();
	for (let row = rows.category.indexOf(ScannerClass.uncategorised); row >= 0; ) {
		const track = rows.track[row]!;
		if (onDevice[track] || rows.stream[row]! >= 0) {
			rows.category[row] = deviceCategory(strings.get(rows.name[row]!));
			if (rows.stream[row] === NONE) rows.stream[row] = streamOf(tracks[track]!.tid);
		} else {
			const name = rows.name[row]!;
			let category = perName.get(name);
			if (category === undefined) {
				category = cpuCategory(strings.get(name));
				perName.set(name, category);
			}
			rows.category[row] = category;
			rows.stream[row] = NONE;
		}
		row = rows.category.indexOf(ScannerClass.uncategorised, row + 1);
	}
}

function deviceCategory(name: string): number {
	if (/^memcpy/i.test(name)) return Category.memcpy;
	return /^memset/i.test(name) ? Category.memset : Category.kernel;
}

function cpuCategory(name: string): number {
	if (/^ProfilerStep(#\d+)?$/.test(name)) return Category.userAnnotation;
	return RUNTIME_CALL.test(name) ? Category.runtime : Category.cpuOp;
}

function streamOf(tid: string): number {
	const match = /(\d{1,9})$/.exec(tid);
	return match === null ? NONE : Number(match[1]);
}
