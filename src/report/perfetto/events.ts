/** The events of a timeline as JSON text in Kineto's dialect, one a line. */
import type { TaskTimes, Window } from "../../analysis/index.js";
import { type ExecutionGraph, type GraphStep, NO_PROCESSOR, TaskKind } from "../../graph/graph.js";
import { parseMessage } from "../../graph/message.js";
import { type Slice, slices } from "./slices.js";
import { type Track, type Tracks, trackOf } from "./tracks.js";

/** Nanoseconds as microseconds with three decimals, exact for whole nanoseconds; `-0` never shows. */
export function formatUs(ns: number): string {
	const whole = Math.abs(ns);
	const us = Math.floor(whole / 1000);
	const rest = whole - us * 1000;
	return `${ns < 0 ? "-" : ""}${us}.${rest < 10 ? "00" : rest < 100 ? "0" : ""}${rest}`;
}

/** Name of each string as JSON, made once. */
class JsonStrings {
	readonly #texts: (string | undefined)[] = [];
	constructor(readonly strings: readonly string[]) {}

	get(id: number): string {
		this.#texts[id] ??= JSON.stringify(this.strings[id]);
		return this.#texts[id];
	}
}

/** Slices, launch arrows and step ranges of one timeline. `flowBase` keeps the arrows of two timelines apart. */
export function* timelineEvents(
	graph: ExecutionGraph,
	times: TaskTimes,
	windowOf: (step: GraphStep) => Window,
	tracks: Tracks,
	flowBase: number,
): Generator<string, void, undefined> {
	for (const step of graph.steps) {
		const track = step.endTask === NO_PROCESSOR ? undefined : trackOf(tracks, graph.processor[step.endTask]!);
		if (track === undefined) continue;
		const { startNs, endNs } = windowOf(step);
		yield event("X", "user_annotation", `"ProfilerStep#${step.step}"`, track, startNs, endNs, "");
	}
	const names = new JsonStrings(graph.strings);
	for (const slice of slices(graph, times)) {
		const track = trackOf(tracks, graph.processor[slice.task]!);
		if (track === undefined) continue;
		const name = names.get(graph.name[slice.task]!);
		yield event("X", slice.category, name, track, slice.startNs, slice.endNs, argumentsOf(slice, track, graph, names));
		if (slice.launch > 0) yield* launchArrow(graph, times, slice, track, tracks, flowBase);
	}
}

function argumentsOf(slice: Slice, track: Track, graph: ExecutionGraph, names: JsonStrings): string {
	const shape = graph.shape[slice.task]!;
	const external = `"External id": ${slice.task}`;
	if (slice.category === "cpu_op") {
		return shape === 0 ? external : `${external}, "Shape": ${names.get(shape)}`;
	}
	const correlation = `"correlation": ${slice.correlation}`;
	if (slice.category === "cuda_runtime") return `${external}, ${correlation}`;
	const device = `${external}, "device": ${track.device}, "stream": ${track.stream ?? 0}, ${correlation}`;
	const kind = graph.kind[slice.task];
	const isCollective = kind === TaskKind.comm || kind === TaskKind.arrive;
	return isCollective ? device + messageArguments(graph.strings[shape]!) : device;
}

/** What a communication kernel moves, under the names that PyTorch gives to it. */
function messageArguments(shape: string): string {
	const message = parseMessage(shape);
	if (message === undefined) return "";
	const { collective, inElems, outElems, dtype, group } = message;
	const named = {
		"Collective name": collective,
		"In msg nelems": inElems,
		"Out msg nelems": outElems,
		dtype,
		[group.startsWith("[") ? "Process Group Ranks" : "Process Group Name"]: group,
	};
	return Object.entries(named)
		.map(([name, value]) => `, ${JSON.stringify(name)}: ${JSON.stringify(value)}`)
		.join("");
}

function event(
	phase: string,
	category: string,
	nameJson: string,
	{ pid, tid }: Track,
	startNs: number,
	endNs: number,
	args: string,
): string {
	// Both ends are rounded by themselves, so that slices that touch still touch and none overlap.
	const start = Math.round(startNs);
	const duration = Math.round(endNs) - start;
	return `{"ph": "${phase}", "cat": "${category}", "name": ${nameJson}, "pid": ${pid}, "tid": ${tid}, "ts": ${formatUs(start)}, "dur": ${formatUs(duration)}, "args": {${args}}}`;
}

/** From the start of the launching call to the start of what it launched. */
function* launchArrow(
	graph: ExecutionGraph,
	times: TaskTimes,
	slice: Slice,
	to: Track,
	tracks: Tracks,
	flowBase: number,
): Generator<string, void, undefined> {
	const from = trackOf(tracks, graph.processor[slice.launch]!);
	if (from === undefined) return;
	const id = flowBase + slice.task;
	const end = (phase: string, { pid, tid }: Track, ns: number): string =>
		`{"ph": ${phase}, "id": ${id}, "cat": "ac2g", "name": "ac2g", "pid": ${pid}, "tid": ${tid}, "ts": ${formatUs(Math.round(ns))}}`;
	yield end('"s"', from, times.startNs[slice.launch]!);
	yield end('"f", "bp": "e"', to, slice.startNs);
}
