/** Which configurations no other one beats on every objective. */
import type { Better } from "./objectives.js";

/** The values of all rows under one objective. */
export interface ObjectiveColumn {
	readonly values: ArrayLike<number>;
	readonly better: Better;
}

/**
 * The rows that no other row dominates: none is at least as good everywhere and better somewhere. Rows that are equal
 * everywhere stand or fall together. A row with a NaN cannot be compared and is left out.
 *
 * Rows are sorted from the best down by the first objective, then the second, and so on, so that whatever dominates a
 * row stands before it. With up to two objectives a row is in the front unless the best second value so far beats it:
 * O(n log n). With more it is compared with the members found so far: O(n log n + n x members).
 *
 * @param columns at least one, all equally long
 * @returns indices of rows, ascending
 */
export function paretoFront(columns: readonly ObjectiveColumn[]): Uint32Array {
	const costs = columns.map(({ values, better }) =>
		Float64Array.from(values, (value) => (better === "lower" ? value : -value)),
	);
	const rows = Uint32Array.from(costs[0]!.keys()).filter((row) => costs.every((cost) => !Number.isNaN(cost[row]!)));
	rows.sort((a, b) => compareRows(costs, a, b));
	const front = costs.length <= 2 ? frontOfTwo(costs, rows) : frontOfMany(costs, rows);
	return Uint32Array.from(front).sort();
}

function compareRows(costs: readonly Float64Array[], a: number, b: number): number {
	for (const cost of costs) {
		// Infinities subtract to NaN.
		if (cost[a]! < cost[b]!) return -1;
		if (cost[a]! > cost[b]!) return 1;
	}
	return 0;
}

function frontOfTwo(costs: readonly Float64Array[], rows: Uint32Array): number[] {
	const last = costs.at(-1)!;
	const front: number[] = [];
	for (const row of rows) {
		const before = front.at(-1);
		if (before === undefined || last[row]! < last[before]! || compareRows(costs, before, row) === 0) front.push(row);
	}
	return front;
}

function frontOfMany(costs: readonly Float64Array[], rows: Uint32Array): number[] {
	const front: number[] = [];
	// What stands before a row is not worse under the first objective; a member after it cannot dominate it.
	for (const row of rows) if (!front.some((member) => dominates(costs, member, row))) front.push(row);
	return front;
}

function dominates(costs: readonly Float64Array[], a: number, b: number): boolean {
	return costs.every((cost) => cost[a]! <= cost[b]!) && costs.some((cost) => cost[a]! < cost[b]!);
}
