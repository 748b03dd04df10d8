/** What the plan runner does with single times: WIDTH f64 in a row, one a plan. */

import { later, loadF64, storeF64 } from "../memory";

export function copyTime(to: usize, from: usize, bytes: usize): void {
	for (let at: usize = 0; at < bytes; at += 8) storeF64(to + at, loadF64(from + at));
}

export function fillTime(to: usize, value: f64, bytes: usize): void {
	for (let at: usize = 0; at < bytes; at += 8) storeF64(to + at, value);
}

/** `to` becomes the later of itself and another. */
export function advanceTime(to: usize, other: usize, bytes: usize): void {
	for (let at: usize = 0; at < bytes; at += 8) storeF64(to + at, later(loadF64(to + at), loadF64(other + at)));
}

/** `to` becomes the sum of two. */
export function addTimes(to: usize, one: usize, other: usize, bytes: usize): void {
	for (let at: usize = 0; at < bytes; at += 8) storeF64(to + at, loadF64(one + at) + loadF64(other + at));
}
