/**
 * Parallel degrees from what moves over which process group, for jobs that do not describe their groups.
 *
 * Tensor parallelism alone sums activations while the forward pass still runs; gradients are summed later. Neighbours in
 * a pipeline send and receive.
 */
import { Category, type Step, type Trace } from "../../trace/columns.js";
import { addTo, most } from "./counts.js";
import type { Degrees } from "./process-groups.js";

const pointToPoint = /^(?:i?send|i?recv|coalesced|batch_isend_irecv)$/i;
const reduction = /all_?reduce|reduce_?scatter/i;
const gather = /all_?gather/i;

export interface GroupTraffic {
	readonly size: number;
	readonly ranks: readonly number[];
	/** Over the whole trace. */
	pointToPoint: number;
	collectives: number;
	/** Reductions in the forward pass of the step, before its first gradient: count by elements. */
	readonly forwardReductions: Map<number, number>;
}

/** By name and members of the group; only operations that name their collective. */
export function groupTraffic(
	trace: Trace,
	step: Pick<Step, "startNs" | "endNs">,
	firstBackwardNs: number,
): GroupTraffic[] {
	const { comms, events, strings } = trace;
	const groups = new Map<number, GroupTraffic>();
	for (let row = 0; row < comms.count; row++) {
		const size = comms.groupSize[row]!;
		const name = strings.get(comms.collective[row]!);
		const key = comms.groupName[row]! * strings.count + comms.groupRanks[row]!;
		if (size < 2 || name === "wait" || name === "") continue;
		let group = groups.get(key);
		if (group === undefined) {
			group = {
				size,
				ranks: ranksOf(strings.get(comms.groupRanks[row]!)),
				pointToPoint: 0,
				collectives: 0,
				forwardReductions: new Map(),
			};
			groups.set(key, group);
		}
		if (pointToPoint.test(name)) group.pointToPoint++;
		else if (reduction.test(name) || gather.test(name)) group.collectives++;
		const event = comms.event[row]!;
		const startNs = events.startNs[event]!;
		// Kernels run long after their launch: only the CPU's side tells in which pass an operation was called.
		if (events.category[event] !== Category.cpuOp || !reduction.test(name)) continue;
		if (startNs < step.startNs || startNs >= Math.min(step.endNs, firstBackwardNs)) continue;
		const elements = comms.inElems[row]!;
		if (elements > 1) addTo(group.forwardReductions, elements, 1);
	}
	return [...groups.values()];
}

/** Only what the traffic shows; an axis without traffic has degree 1 where there is other traffic. */
export function degreesByTraffic(groups: readonly GroupTraffic[]): Degrees {
	const none = { tensor: null, pipeline: null, data: null, context: null, expert: null, pipelineRanks: null };
	if (groups.length === 0) return none;
	const mostForward = (group: GroupTraffic): number => most(group.forwardReductions.values());
	const tensor = largest(groups, mostForward);
	const pipeline = largest(groups, (group) => group.pointToPoint);
	return {
		...none,
		// A layer reduces twice; once alone may be a metric.
		tensor: tensor !== null && mostForward(tensor) >= 2 ? tensor.size : 1,
		pipeline: pipeline === null ? 1 : pipeline.size,
		pipelineRanks: pipeline === null || pipeline.ranks.length !== pipeline.size ? null : pipeline.ranks,
	};
}

function largest(groups: readonly GroupTraffic[], amount: (group: GroupTraffic) => number): GroupTraffic | null {
	let best: GroupTraffic | null = null;
	for (const group of groups) if (amount(group) > (best === null ? 0 : amount(best))) best = group;
	return best;
}

/** Of `[0, 2]`; long lists are recorded as `[0, 1, ..., 7]` and tell no order. */
function ranksOf(text: string): number[] {
	if (!/^\[\s*\d+(?:\s*,\s*\d+)*\s*\]$/.test(text)) return [];
	return text.slice(1, -1).split(",").map(Number);
}
