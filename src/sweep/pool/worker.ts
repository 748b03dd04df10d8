/** A worker of a sweep: chunks of configurations in, their times out. What it needs beside them it gets once. */
import { workerData } from "piscina";
import type { Evaluator } from "../evaluator.js";
import { openEvaluator } from "../open-evaluator.js";
import type { RowOrFailure } from "../row.js";
import type { SweepWorkerData } from "./index.js";

let evaluator: Evaluator | undefined;

export default function evaluate(chunk: readonly number[]): RowOrFailure[] {
	const { inputs, run, sums } = workerData as SweepWorkerData;
	evaluator ??= openEvaluator(inputs, run);
	return evaluator.evaluate(chunk, sums);
}
