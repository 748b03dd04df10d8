/**
 * The engine on a job of eight ranks and a million tasks: the event loop in time order against the same sources as plain TypeScript
 * and against Algorithm 1 of the Lumos paper on objects, the ordered pass against the event loop. Each side has its graph
 * in place and only runs, but for "simulation from the packed graph", where each also lays out what it runs on and ends
 * with all times. The event loop runs as `simulate` runs it (worklist) and in strict order of time (heap).
 */
import { EventLoop } from "../src/engine/event-loop.js";
import { OrderedPass, simulate } from "../src/engine/index.js";
import { acquireKernel } from "../src/engine/kernel.js";
import { buildObjects, replayObjects, runObjects } from "../test/support/object-replayer.js";
import type { Figure } from "./figure.js";
import { contest } from "./harness.js";
import { trainingGraph } from "./training-graph.js";

const UNIT = "million tasks/s";

export default async function engine(): Promise<Figure[]> {
	const graph = trainingGraph(8, 125_000);
	const loop = new EventLoop(acquireKernel("wasm"), graph, true);
	const worklist = new EventLoop(acquireKernel("wasm"), graph, false);
	const oracle = new EventLoop(acquireKernel("reference"), graph, true);
	loop.run();
	const pass = new OrderedPass(graph, simulate(graph));
	const objects = buildObjects(graph);
	const amount = graph.taskCount / 1e6;
	const tasks = `${amount.toFixed(1)} M tasks`;

	return [
		await contest({
			name: `event loop in time order, ${tasks}`,
			unit: UNIT,
			amount,
			run: () => loop.run(),
			rival: { name: "the same sources as plain TypeScript", run: () => oracle.run() },
			rounds: 3,
		}),
		await contest({
			name: `simulation from the packed graph, ${tasks}`,
			unit: UNIT,
			amount,
			run: () => simulate(graph),
			rival: { name: "Algorithm 1 on objects", run: () => replayObjects(graph) },
			rounds: 3,
		}),
		await contest({
			name: `event loop, worklist, built beforehand, ${tasks}`,
			unit: UNIT,
			amount,
			run: () => worklist.run(),
			rival: { name: "Algorithm 1 on objects, built beforehand", run: () => runObjects(objects) },
			target: 20,
			rounds: 3,
		}),
		await contest({
			name: `event loop in time order, built beforehand, ${tasks}`,
			unit: UNIT,
			amount,
			run: () => loop.run(),
			rival: { name: "Algorithm 1 on objects, built beforehand", run: () => runObjects(objects) },
			rounds: 3,
		}),
		await contest({
			name: `ordered pass, ${tasks}`,
			unit: UNIT,
			amount,
			run: () => pass.retime(),
			rival: { name: "event loop in time order", run: () => loop.run() },
			target: 15,
		}),
		await contest({
			name: `worklist, ${tasks}`,
			unit: UNIT,
			amount,
			run: () => worklist.run(),
			rival: { name: "event loop in time order", run: () => loop.run() },
		}),
	];
}
