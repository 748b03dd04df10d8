import { loadU32 } from "./memory";

/** The first wait of a task that has some: `waitTask` holds the tasks of the `waits` waits in ascending order. */
export function firstWaitOf(waitTask: usize, waits: u32, task: u32): u32 {
	let low: u32 = 0;
	let high = waits;
	while (low < high) {
		const middle: u32 = (low + high) >>> 1;
		if (loadU32(waitTask + (middle as usize) * 4) < task) low = middle + 1;
		else high = middle;
	}
	return low;
}
