/** A stacked bar of shares in one line of text. */

/** Cells of a bar for each value; they sum up to `width` unless all values are zero or there are more of them than cells. */
export function allot(values: readonly number[], width: number): number[] {
	const total = values.reduce((sum, value) => sum + value, 0);
	if (total <= 0) return values.map(() => 0);
	const exact = values.map((value) => (value / total) * width);
	// A part that exists gets a cell, so that it is seen; the largest remainders get what is left.
	const cells = exact.map((share, i) => (values[i]! > 0 ? Math.max(1, Math.floor(share)) : 0));
	const order = exact.map((_, i) => i);
	for (let rest = width - cells.reduce((sum, cell) => sum + cell, 0); rest !== 0; rest -= Math.sign(rest)) {
		const sign = Math.sign(rest);
		const lackOf = (i: number): number => (exact[i]! - cells[i]!) * sign;
		const able = order.filter((i) => values[i]! > 0 && (sign > 0 || cells[i]! > 1));
		// More parts than cells: nothing is left to take away.
		if (able.length === 0) break;
		cells[able.reduce((best, i) => (lackOf(i) > lackOf(best) ? i : best))]! += sign;
	}
	return cells;
}

export interface BarPart {
	readonly value: number;
	/** One character. */
	readonly fill: string;
	readonly paint: (text: string) => string;
}

export function formatBar(parts: readonly BarPart[], width: number): string {
	const cells = allot(
		parts.map((part) => part.value),
		width,
	);
	return parts.map((part, i) => part.paint(part.fill.repeat(cells[i]!))).join("");
}
