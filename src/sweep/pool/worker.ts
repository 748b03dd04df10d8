/** A worker of a sweep: chunks of configurations in, their times out. What it needs beside them it gets once. */
import { workerData } from "piscina";
import { DescribedEvaluator } from "../described/evaluator.js";
import type { Evaluator } from "../evaluator.js";
import type { RowOrFailure } from "../row.js";
import { SweepSpace } from "../space.js";
import type { SweepWorkerData } from "./index.js";

let evaluator: Evaluator | undefined;

export default function evaluate(chunk: readonly number[]): RowOrFailure[] {
	const { inputs, sums } = workerData as SweepWorkerData;
	evaluator ??= new DescribedEvaluator(new SweepSpace(inputs));
	return evaluator.evaluate(chunk, sums);
}
