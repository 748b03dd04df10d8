/**
 * What part of a training step each CPU task belongs to: the pass it runs in, the layer it works for, the call of a
 * collective that it is part of. From ranges, `fwdbwd` sequence numbers and calls; device work belongs to its launch.
 */
import { lastAtMost, selectRows, sortRows } from "../../lib/sort.js";
import { Category, NONE, type Trace } from "../../trace/columns.js";
import type { CpuTasks } from "../cpu-tasks.js";
import type { RankDraft } from "../draft.js";

export const PassKind = { forward: 0, backward: 1, weight: 2 } as const;
export type PassKind = (typeof PassKind)[keyof typeof PassKind];

/** Places in a pass beside the numbers of layers: what stands before the first and behind the last of them. */
export const BEFORE_LAYERS = -2;
export const BEHIND_LAYERS = -3;

export interface TaskLabels {
	/** One a pass, in order of time. */
	readonly passKind: Uint8Array;
	/** Of a CPU task: its pass, or NONE. */
	readonly pass: Int32Array;
	/** Of a CPU task in a pass: the number of its layer as ranges count it, BEFORE_LAYERS or BEHIND_LAYERS. */
	readonly place: Int32Array;
	/** Of a CPU task in the call of a collective or of an exchange: a number of that call from 1 up; 0 elsewhere. */
	readonly call: Int32Array;
	/** 1 for the tasks of the thread that runs the steps. */
	readonly main: Uint8Array;
}

const PASS_NAMES: readonly (readonly [RegExp, PassKind])[] = [
	[/^forward[-_ ]?(step|pass)$/i, PassKind.forward],
	[/^backward[-_ ]?(step|pass)$/i, PassKind.backward],
	[/^weight[-_ ]?grad\w*[-_ ]?(step|pass)$/i, PassKind.weight],
];
const LAYER_NAME = /^nn\.Module: \w*(?:Layer|Block)_(\d+)$/;
const COLLECTIVE_CALL = /^(c10d::|nccl:|record_param_comms$|batch_isend_irecv$)/;

/** Ranges of one thread that do not overlap, in order of time. */
interface Ranges {
	readonly startNs: Float64Array;
	readonly endNs: Float64Array;
	readonly value: Int32Array;
}

/** The index of the range that covers a moment, or NONE. */
function at({ startNs, endNs }: Ranges, ns: number): number {
	const i = lastAtMost(startNs, ns);
	return i >= 0 && ns < endNs[i]! ? i : NONE;
}

function outermost(trace: Trace, rows: Uint32Array, valueFor: (row: number) => number): Ranges {
	const { startNs, durNs } = trace.events;
	const starts: number[] = [];
	const ends: number[] = [];
	const values: number[] = [];
	for (const row of sortRows(rows, startNs, durNs)) {
		const start = startNs[row]!;
		if (start < (ends.at(-1) ?? Number.NEGATIVE_INFINITY)) continue;
		starts.push(start);
		ends.push(start + durNs[row]!);
		values.push(valueFor(row));
	}
	return { startNs: Float64Array.from(starts), endNs: Float64Array.from(ends), value: Int32Array.from(values) };
}

/** Something of every string, looked up once a string. */
function byName<T>(trace: Trace, find: (name: string) => T): (row: number) => T {
	const known = new Map<number, T>();
	return (row) => {
		const id = trace.events.name[row]!;
		if (!known.has(id)) known.set(id, find(trace.strings.get(id)));
		return known.get(id)!;
	};
}

const layerOfName = (name: string): number => Number(LAYER_NAME.exec(name)?.[1] ?? NONE);
const passOfName = (name: string): number => PASS_NAMES.find(([pattern]) => pattern.test(name))?.[1] ?? NONE;

/** In the numbers of the draft; `orderLabels` moves them to those of the block. */
export function labelTasks(draft: RankDraft, trace: Trace, cpu: CpuTasks): TaskLabels {
	const { events } = trace;
	const { count, category, track, sequence, startNs, durNs } = events;
	const passOf = byName(trace, passOfName);
	const layerOf = byName(trace, layerOfName);
	const isCall = byName(trace, (name) => COLLECTIVE_CALL.test(name));
	const isRange = (row: number): boolean => category[row] === Category.userAnnotation;
	const isOp = (row: number): boolean => category[row] === Category.cpuOp;

	const passes = outermost(
		trace,
		selectRows(count, (row) => isRange(row) && passOf(row) !== NONE),
		passOf,
	);
	const pass = new Int32Array(draft.taskCount).fill(NONE);
	const place = new Int32Array(draft.taskCount).fill(NONE);
	const call = new Int32Array(draft.taskCount);
	const main = new Uint8Array(draft.taskCount);
	const mainTrack = trace.steps.find((step) => step.track !== NONE)?.track;
	const rangesOf = new Map(
		cpu.threads.map(({ track: own }) => {
			const rows = (wanted: (row: number) => boolean): Uint32Array =>
				selectRows(count, (row) => track[row] === own && wanted(row));
			return [
				own,
				{
					layers: outermost(
						trace,
						rows((row) => category[row] === Category.module && layerOf(row) !== NONE),
						layerOf,
					),
					calls: outermost(
						trace,
						rows((row) => (isOp(row) || isRange(row)) && isCall(row)),
						(row) => row,
					),
					linked: outermost(
						trace,
						rows((row) => isOp(row) && sequence[row] !== NONE),
						(row) => sequence[row]!,
					),
				},
			] as const;
		}),
	);

	// Forward first: where an operator stands tells where its gradient does.
	const placeOfSequence = new Map<number, number>();
	const bounds = layerBounds(passes, [...rangesOf.values()]);
	const forwardPlace = (layers: Ranges, p: number, ns: number): number => {
		const layer = lastAtMost(layers.startNs, ns);
		if (ns < bounds.first[p]!) return BEFORE_LAYERS;
		if (ns >= bounds.last[p]! || layer < 0) return BEHIND_LAYERS;
		return layers.value[layer]!;
	};
	for (let row = 0; row < count; row++) {
		if (!isOp(row) || sequence[row] === NONE) continue;
		const p = at(passes, startNs[row]!);
		if (p === NONE || passes.value[p] !== PassKind.forward) continue;
		const ranges = rangesOf.get(track[row]!);
		if (!ranges) continue;
		// An operator around a layer (a checkpoint of its activations) belongs to that layer.
		const { layers } = ranges;
		const inside = lastAtMost(layers.startNs, startNs[row]! + durNs[row]!);
		const isAround = inside > lastAtMost(layers.startNs, startNs[row]!);
		placeOfSequence.set(sequence[row]!, isAround ? layers.value[inside]! : forwardPlace(layers, p, startNs[row]!));
	}
	for (const { track: own, firstTask, taskCount } of cpu.threads) {
		const { layers, calls, linked } = rangesOf.get(own)!;
		let carried = BEHIND_LAYERS;
		let last = NONE;
		for (let task = firstTask; task < firstTask + taskCount; task++) {
			const ns = draft.startNs[task]!;
			if (own === mainTrack) main[task] = 1;
			const within = at(calls, ns);
			call[task] = within === NONE ? 0 : calls.value[within]! + 1;
			const p = at(passes, ns);
			pass[task] = p;
			if (p === NONE) continue;
			if (passes.value[p] === PassKind.forward) {
				place[task] = forwardPlace(layers, p, ns);
				continue;
			}
			if (p !== last) carried = BEHIND_LAYERS;
			last = p;
			const op = at(linked, ns);
			if (op !== NONE) carried = placeOfSequence.get(linked.value[op]!) ?? carried;
			place[task] = carried;
		}
	}
	return { passKind: Uint8Array.from(passes.value), pass, place, call, main };
}

/** From where to where the layers of each forward pass go. */
function layerBounds(passes: Ranges, threads: readonly { readonly layers: Ranges }[]) {
	const first = new Float64Array(passes.value.length).fill(Number.POSITIVE_INFINITY);
	const last = new Float64Array(passes.value.length).fill(Number.NEGATIVE_INFINITY);
	for (const { layers } of threads) {
		layers.startNs.forEach((startNs, i) => {
			const p = at(passes, startNs);
			if (p === NONE) return;
			first[p] = Math.min(first[p]!, startNs);
			last[p] = Math.max(last[p]!, layers.endNs[i]!);
		});
	}
	return { first, last };
}

/** The same labels by the numbers of the block; `position` gives that of each draft task. */
export function orderLabels(labels: TaskLabels, position: Uint32Array): TaskLabels {
	const moved = <T extends Int32Array | Uint8Array>(column: T, to: T): T => {
		for (let task = 0; task < position.length; task++) to[position[task]!] = column[task]!;
		return to;
	};
	const count = position.length;
	return {
		passKind: labels.passKind,
		pass: moved(labels.pass, new Int32Array(count)),
		place: moved(labels.place, new Int32Array(count)),
		call: moved(labels.call, new Int32Array(count)),
		main: moved(labels.main, new Uint8Array(count)),
	};
}
