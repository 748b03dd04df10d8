/**
 * What the plan runner does with single times: WIDTH f64 in a row, one a plan, two of them in a vector. Like memory.ts it
 * is replaced in the portable build, which has no vectors.
 */

import { later, loadF64, storeF64 } from "../memory";

export function copyTime(to: usize, from: usize, bytes: usize): void {
	if (bytes === 8) storeF64(to, loadF64(from));
	else for (let at: usize = 0; at < bytes; at += 16) v128.store(to + at, v128.load(from + at));
}

export function fillTime(to: usize, value: f64, bytes: usize): void {
	for (let at: usize = 0; at < bytes; at += 8) storeF64(to + at, value);
}

/** `to` becomes the later of itself and another. */
export function advanceTime(to: usize, other: usize, bytes: usize): void {
	if (bytes === 8) storeF64(to, later(loadF64(to), loadF64(other)));
	else
		for (let at: usize = 0; at < bytes; at += 16) {
			v128.store(to + at, f64x2.pmax(v128.load(to + at), v128.load(other + at)));
		}
}

/** `to` becomes the sum of two. */
export function addTimes(to: usize, one: usize, other: usize, bytes: usize): void {
	if (bytes === 8) storeF64(to, loadF64(one) + loadF64(other));
	else
		for (let at: usize = 0; at < bytes; at += 16) {
			v128.store(to + at, f64x2.add(v128.load(one + at), v128.load(other + at)));
		}
}
