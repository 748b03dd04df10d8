/** assembly/plan/settle.ts for the plain-TypeScript build: plan after plan, same bits out. */

import { loadF64, loadU32, storeF64 } from "../memory";
import { RECORD_DELAYS } from "./layout";

export function settleRecords(width: number, space: number, record: number, time: number, end: number): void {
	const bytes = 8 * width;
	for (; time < end; time += 2 * bytes) {
		const first = space + loadU32(record);
		const second = space + loadU32(record + 4);
		record += RECORD_DELAYS;
		for (let at = 0; at < bytes; at += 8) {
			const a = loadF64(first + at) + loadF64(record + at);
			const b = loadF64(second + at) + loadF64(record + bytes + at);
			const start = Math.max(0, a, b);
			storeF64(time + at, start);
			storeF64(time + bytes + at, start + loadF64(record + 2 * bytes + at));
		}
		record += 3 * bytes;
	}
}
