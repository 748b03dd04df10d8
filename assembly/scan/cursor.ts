/**
 * Where the input ends, and how reading it fails.
 *
 * Functions that read take the address where to begin and return the address behind what they read, or 0 where that
 * cannot be. Whether the text is wrong or only ends too early is decided in one place, by where it failed: at `limit`
 * or behind it means that more input may help. 64 zero bytes behind `limit` let all reads run past it.
 */

export const PADDING: i32 = 64;

export let limit: usize = 0;
export let failedAt: usize = 0;

export function setLimit(end: usize): void {
	limit = end;
	memory.fill(end, 0, PADDING);
}

export function fail(at: usize): usize {
	failedAt = at;
	return 0;
}
