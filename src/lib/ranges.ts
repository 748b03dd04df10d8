/** `0-3, 8` for ascending numbers. */
export function rangesOf(numbers: readonly number[]): string {
	const parts: { first: number; last: number }[] = [];
	for (const number of numbers) {
		const open = parts.at(-1);
		if (open !== undefined && number === open.last + 1) open.last = number;
		else parts.push({ first: number, last: number });
	}
	return parts.map(({ first, last }) => (first === last ? `${first}` : `${first}-${last}`)).join(", ");
}
