import fc from "fast-check";
import { expect, test } from "vitest";
import { breakdown } from "../../src/analysis/breakdown.js";
import { type DeviceIntervals, sortIntervals } from "../../src/analysis/device-intervals.js";
import { addExposedKernels } from "../../src/analysis/exposed.js";
import { gapAt, idleBefore, idleGaps, idleIn } from "../../src/analysis/idle.js";
import { NameTotals } from "../../src/analysis/name-totals.js";
import { utilisation } from "../../src/analysis/utilisation.js";
import type { ExecutionGraph } from "../../src/graph/graph.js";

interface Row {
	readonly start: number;
	readonly length: number;
	readonly deviceClass: number;
}

const rows = fc.array(
	fc.record({ start: fc.integer({ min: -50, max: 200 }), length: fc.nat(60), deviceClass: fc.nat(1) }),
	{ maxLength: 30 },
);
const windows = fc
	.record({ startNs: fc.integer({ min: -20, max: 150 }), length: fc.nat(150) })
	.map(({ startNs, length }) => ({ startNs, endNs: startNs + length }));

function pack(list: readonly Row[]): DeviceIntervals {
	return sortIntervals(
		Float64Array.from(list, (row) => row.start),
		Float64Array.from(list, (row) => row.start + row.length),
		Uint8Array.from(list, (row) => row.deviceClass),
		Uint32Array.from(list, (_, i) => i),
	);
}

/** Rows that run in the nanosecond [ns, ns + 1). */
function runningAt(list: readonly Row[], ns: number): Row[] {
	return list.filter((row) => row.start <= ns && ns < row.start + row.length);
}

test("breakdown agrees with looking at every nanosecond, and adds up to the window", () => {
	fc.assert(
		fc.property(rows, windows, (list, window) => {
			const ns = { exposedComputeMs: 0, exposedCommMs: 0, overlappedMs: 0, otherMs: 0 };
			for (let at = window.startNs; at < window.endNs; at++) {
				const classes = new Set(runningAt(list, at).map((row) => row.deviceClass));
				if (classes.size === 2) ns.overlappedMs++;
				else if (classes.has(0)) ns.exposedComputeMs++;
				else if (classes.has(1)) ns.exposedCommMs++;
				else ns.otherMs++;
			}
			const result = breakdown(pack(list), window);
			for (const part of Object.keys(ns) as (keyof typeof ns)[]) expect(result[part] * 1e6).toBeCloseTo(ns[part], 6);
			const sum = Object.values(result).reduce((total, part) => total + part, 0);
			expect(sum * 1e6).toBeCloseTo(window.endNs - window.startNs, 6);
		}),
		{ numRuns: 300 },
	);
});

test("the order in which intervals are given does not matter", () => {
	const shuffled = rows.chain((list) =>
		fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
	);
	fc.assert(
		fc.property(shuffled, windows, ([list, other], window) => {
			expect(breakdown(pack(other), window)).toEqual(breakdown(pack(list), window));
		}),
		{ numRuns: 100 },
	);
});

test("exposed time of kernels agrees with looking at every nanosecond", () => {
	fc.assert(
		fc.property(rows, windows, (list, window) => {
			const names = { name: Uint32Array.from(list, (_, i) => i) } as Partial<ExecutionGraph> as ExecutionGraph;
			const totals = new NameTotals(list.length);
			addExposedKernels(totals, names, pack(list), window);
			const columns = totals.columns();
			const rowOf = (name: number): number => columns.name.indexOf(name);
			const exposed = list.map(() => 0);
			const total = list.map(() => 0);
			for (let at = window.startNs; at < window.endNs; at++) {
				const running = runningAt(list, at);
				for (const row of running) total[list.indexOf(row)]!++;
				if (running.length === 1) exposed[list.indexOf(running[0]!)]!++;
			}
			list.forEach((_, i) => {
				expect(columns.exposedNs[rowOf(i)] ?? 0).toBe(exposed[i]);
				expect(columns.totalNs[rowOf(i)] ?? 0).toBe(total[i]);
			});
		}),
		{ numRuns: 300 },
	);
});

test("idle time and utilisation agree with looking at every nanosecond", () => {
	fc.assert(
		fc.property(rows, windows, fc.integer({ min: 1, max: 40 }), (list, window, binNs) => {
			const gaps = idleGaps(pack(list), window);
			const bins = utilisation(pack(list), window, binNs);
			let idle = 0;
			let busyInBin = 0;
			let gap = gaps.count - 1;
			for (let at = window.startNs; at < window.endNs; at++) {
				expect(idleBefore(gaps, at)).toBe(idle);
				gap = gapAt(gaps, at, gap);
				expect(idleIn(gaps, gap, at)).toBe(idle);
				if (runningAt(list, at).length === 0) idle++;
				else busyInBin++;
				const done = at + 1 - window.startNs;
				if (done % binNs !== 0 && at + 1 !== window.endNs) continue;
				const bin = Math.ceil(done / binNs) - 1;
				expect(bins[bin]).toBeCloseTo(busyInBin / (done - bin * binNs), 9);
				busyInBin = 0;
			}
			expect(idleBefore(gaps, window.endNs)).toBe(idle);
		}),
		{ numRuns: 200 },
	);
});
