import { describe, expect, test } from "vitest";
import type { SweepInputs } from "../../src/sweep/inputs.js";
import { openSweepPool, WorkerDied } from "../../src/sweep/pool/index.js";
import type { RowOrFailure } from "../../src/sweep/row.js";
import { runChunks } from "../../src/sweep/run-chunks.js";

const dying = new URL("../support/workers/dying-worker.mjs", import.meta.url);

const openDying = (workers: number) =>
	openSweepPool(new SharedArrayBuffer(4) as unknown as SweepInputs, { workers, filename: dying });

const chunksOf = (...indices: readonly number[][]) => indices.map((some) => ({ indices: some, tasks: 1 }));

describe("a worker that dies", () => {
	test("costs its own chunk once", async () => {
		const pool = openDying(2);
		const rows: RowOrFailure[] = [];
		try {
			await runChunks(pool, chunksOf([1, 2], [6, 7, 8], [3], [4, 5]), { take: (some) => rows.push(...some) });
		} finally {
			await pool.close();
		}
		expect(rows.map(({ index }) => index).sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
		expect(rows.some((row) => "failed" in row)).toBe(false);
	});

	test("twice on one configuration leaves that one out, and no other", async () => {
		const pool = openDying(2);
		const rows: RowOrFailure[] = [];
		try {
			await runChunks(pool, chunksOf([1], [12, 13, 14], [2]), { take: (some) => rows.push(...some) });
		} finally {
			await pool.close();
		}
		const failed = rows.filter((row) => "failed" in row);
		expect(rows.map(({ index }) => index).sort((a, b) => a - b)).toEqual([1, 2, 12, 13, 14]);
		expect(failed).toEqual([{ index: 13, failed: expect.stringMatching(/^its worker died .*, twice$/) }]);
	});

	test("is told from a mistake in the work", async () => {
		const pool = openDying(1);
		try {
			await expect(pool.evaluate([13])).rejects.toThrow(WorkerDied);
			await expect(pool.evaluate(null as unknown as number[])).rejects.not.toThrow(WorkerDied);
		} finally {
			await pool.close();
		}
	});
});

test("a run that is stopped returns at once and takes nothing more", async () => {
	const pool = openDying(1);
	const stop = new AbortController();
	let taken = 0;
	try {
		await runChunks(pool, chunksOf([1], [2], [3], [4], [5], [6]), {
			stop: stop.signal,
			take: () => {
				taken++;
				stop.abort();
			},
		});
	} finally {
		await pool.close();
	}
	expect(taken).toBe(1);
});
