/**
 * How every benchmark measures: ours and the rival take turns in one process, round by round, so that a slow moment of
 * the machine hits both; a ratio is taken in each round, and its median and spread are what is reported.
 */
import { Bench } from "tinybench";
import { type Figure, median, relativeSpread } from "./figure.js";

/** Seeded: the same data in every run. */
export { Random } from "../src/synth/random.js";

export interface Contest {
	readonly name: string;
	/** Of `amount` per second, such as `MB/s` or `million tasks/s`. */
	readonly unit: string;
	/** How much of it one call gets through. */
	readonly amount: number;
	readonly run: () => unknown;
	/** `amount` where the rival does less, or the same, per call. */
	readonly rival: { readonly name: string; readonly run: () => unknown; readonly amount?: number };
	readonly target?: number;
	/** @default 5 */
	readonly rounds?: number;
	/** Least time for each side in each round, ms. @default 150 */
	readonly roundMs?: number;
}

/** Times both sides with tinybench. Functions that return a promise are awaited. */
export async function contest(options: Contest): Promise<Figure> {
	const { name, unit, amount, run, rival, target, rounds = 5, roundMs = 150 } = options;
	const rates: number[] = [];
	const ratios: number[] = [];
	for (let round = 0; round < rounds; round++) {
		// The JIT has to see both sides before the first round counts: later rounds are warm.
		const warmup = round === 0;
		const bench = new Bench({ time: roundMs, iterations: 1, warmup, warmupIterations: 1, warmupTime: roundMs / 2 });
		bench.add("ours", run).add("rival", rival.run);
		await bench.run();
		const own = (amount * 1000) / medianMs(bench, "ours");
		rates.push(own);
		ratios.push(own / (((rival.amount ?? amount) * 1000) / medianMs(bench, "rival")));
	}
	const figure = { name, value: median(rates), unit, rival: rival.name, ratio: median(ratios) };
	return { ...figure, noise: relativeSpread(ratios), ...(target === undefined ? {} : { target }) };
}

function medianMs(bench: Bench, name: string): number {
	const result = bench.getTask(name)!.result;
	if (result.state === "errored") throw result.error;
	if (result.state !== "completed") throw new Error(`${name}: ${result.state}`);
	return result.latency.p50;
}
