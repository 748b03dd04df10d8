/** assembly/plan/times.ts for the plain-TypeScript build. */

import { later, loadF64, storeF64 } from "../memory";

export function copyTime(to: number, from: number, bytes: number): void {
	for (let at: number = 0; at < bytes; at += 8) storeF64(to + at, loadF64(from + at));
}

export function fillTime(to: number, value: number, bytes: number): void {
	for (let at: number = 0; at < bytes; at += 8) storeF64(to + at, value);
}

/** `to` becomes the later of itself and another. */
export function advanceTime(to: number, other: number, bytes: number): void {
	for (let at: number = 0; at < bytes; at += 8) storeF64(to + at, later(loadF64(to + at), loadF64(other + at)));
}

/** `to` becomes the sum of two. */
export function addTimes(to: number, one: number, other: number, bytes: number): void {
	for (let at: number = 0; at < bytes; at += 8) storeF64(to + at, loadF64(one + at) + loadF64(other + at));
}
