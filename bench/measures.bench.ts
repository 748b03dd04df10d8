/**
 * Measuring a replay of 64 ranks and 1.6 million tasks: each rank by itself, then what all together show, against the
 * simulation that gave the times.
 */
import { mergeRanks, rankMeasurer } from "../src/analysis/index.js";
import { simulate } from "../src/engine/index.js";
import { chosenSteps } from "../src/report/assemble-replay.js";
import { changeRanks } from "../src/rewrite/change-ranks.js";
import type { Figure } from "./figure.js";
import { contest } from "./harness.js";
import { measuredJob } from "./measured-job.js";

export default async function measures(): Promise<Figure[]> {
	const { graph, times } = measuredJob(64, 25_000);
	const amount = graph.taskCount / 1e6;
	const unit = "million tasks/s";
	const rival = { name: "the simulation itself", run: () => simulate(graph) };
	const steps = chosenSteps(graph, undefined);
	const measureAll = () => {
		const measure = rankMeasurer(graph, times);
		return steps.map((own, rank) => measure(rank, own));
	};
	const measured = measureAll();
	return [
		await contest({ name: "every rank by itself", unit, amount, run: measureAll, rival, rounds: 3 }),
		await contest({
			name: "stragglers and sums of all ranks",
			unit,
			amount,
			run: () => mergeRanks(graph, times, measured),
			rival,
			rounds: 3,
		}),
		await contest({
			name: "all ranks healed",
			unit,
			amount,
			run: () => changeRanks(graph, graph, [{ change: "heal", rank: "all" }]),
			rival,
			rounds: 3,
		}),
	];
}
