/**
 * Runs plans without writing their graphs out, in WebAssembly, those of one structure side by side in SIMD lanes: what
 * `runPlan` of src/plan/run does and gives, to the bit. For sweeps, which need little of very many plans.
 */
import { PLAN_RANK } from "../../abi/plan-control.js";
import { Status } from "../../abi/status.js";
import { EnvironmentError } from "../../lib/errors.js";
import type { ExecutionPlan } from "../../plan/program.js";
import type { PlanTimes } from "../../plan/run/index.js";
import { acquireKernel, releaseWithoutViews } from "../kernel.js";
import { type EngineMode, type Kernel, MAX_MEMORY_BYTES } from "../kernel-interface.js";
import { align } from "../memory.js";
import { laneSlot } from "./block-records.js";
import { type SettledPlan, settledPlan } from "./composed-plan.js";
import { type DeviceSums, type DeviceTimes, sumsOfRank } from "./device-sums.js";
import { layOutPlans, type PlacedPlans, placePlans } from "./lay-out.js";
import { type SideBySide, sideBySide } from "./side-by-side.js";
import { structureKey } from "./structure.js";

export { type DeviceSums, type DeviceTimes, structureKey };

export interface RunPlansOptions {
	/** @default "wasm" */
	readonly engine?: EngineMode;
	/** Plans of one structure that run side by side, at most. @default 4 */
	readonly width?: 1 | 2 | 4;
	/** Of the runner; fewer plans run side by side where they need more. @default all that WebAssembly can address */
	readonly memoryLimitBytes?: number;
	/**
	 * Sums up what devices do: the plans must keep the order of their streams, as plans from descriptions do.
	 * @default false
	 */
	readonly deviceSums?: boolean;
	/**
	 * Whether blocks may be composed where that is exact; never beside device sums, which look inside of them.
	 * @default true
	 */
	readonly compose?: boolean;
}

export interface PlanRun extends PlanTimes {
	/** Of `taskCount` those of block instances that were composed (compose-block.ts); the others were settled singly. */
	readonly composedTaskCount: number;
	/** One a program; empty where nobody asked for them. */
	readonly devices: readonly DeviceSums[];
}

/**
 * The times of each plan, in the order of the plans, whatever their structures.
 *
 * @throws Error for plans with runtime dependencies, which only the engine resolves, and for ranks that wait for ever;
 * EnvironmentError where a plan by itself needs more memory than there is.
 */
export function runPlans(plans: readonly ExecutionPlan[], options: RunPlansOptions = {}): PlanRun[] {
	const {
		engine = "wasm",
		width = 4,
		memoryLimitBytes = MAX_MEMORY_BYTES,
		deviceSums = false,
		compose = true,
	} = options;
	if (plans.some(({ blockLibrary }) => blockLibrary.blocks.some(({ waitTask }) => waitTask.length > 0)))
		throw new Error("a plan with runtime dependencies needs the engine: instantiate it");
	const settled = plans.map((plan) => settledPlan(plan, compose && !deviceSums));
	const runs = new Array<PlanRun>(plans.length);
	const kernel = acquireKernel(engine);
	try {
		for (const group of groupsOf(settled)) {
			for (let from = 0; from < group.length; ) {
				const some = group.slice(from, from + width).map((p) => settled[p]!);
				const found = runGroup(kernel, some, memoryLimitBytes, deviceSums);
				for (const run of found) runs[group[from++]!] = run;
			}
		}
	} finally {
		releaseWithoutViews(kernel);
	}
	return runs;
}

/** Bytes of memory that `runPlans` takes for so many plans of this structure side by side. */
export function planRunBytes(
	plan: ExecutionPlan,
	{ width = 1, deviceSums = false, compose = true }: Pick<RunPlansOptions, "width" | "deviceSums" | "compose"> = {},
): number {
	const settled = settledPlan(plan, compose && !deviceSums);
	const kernel = acquireKernel("wasm");
	const joint = sideBySide(new Array<ExecutionPlan>(width).fill(settled.plan));
	const { end } = placePlans(joint, align(kernel.base), deviceSums);
	releaseWithoutViews(kernel);
	return end;
}

function groupsOf(plans: readonly SettledPlan[]): number[][] {
	if (plans.length === 1) return [[0]];
	const groups = new Map<string, number[]>();
	plans.forEach(({ plan }, p) => {
		const key = structureKey(plan);
		const group = groups.get(key);
		if (group) group.push(p);
		else groups.set(key, [p]);
	});
	return [...groups.values()];
}

/** Runs as many of a few plans as fit side by side, from the first on. */
function runGroup(kernel: Kernel, plans: readonly SettledPlan[], limitBytes: number, deviceSums: boolean): PlanRun[] {
	// Three run like four.
	const width = plans.length === 3 ? 4 : plans.length;
	const joint = sideBySide(Array.from({ length: width }, (_, p) => plans[Math.min(p, plans.length - 1)]!.plan));
	const places = placePlans(joint, align(kernel.base), deviceSums);
	if (places.end > limitBytes) {
		if (width > 1) return runGroup(kernel, plans.slice(0, width / 2), limitBytes, deviceSums);
		throw tooLarge(places.end, limitBytes);
	}
	const placed = layOutPlans(kernel, joint, places);
	let status: number = Status.UNFINISHED;
	while (status === Status.UNFINISHED) status = kernel.exports.followRanks(placed.control);
	expectDone(placed, joint);
	return plans.map(({ plan, taskCount, composedTaskCount }, p) => {
		const times = timesOf(plan, placed, p, width);
		const sums = (ns: number, rank: number): DeviceSums => sumsOfRank(kernel, placed, plan, [rank, p], ns);
		const devices = deviceSums ? Array.from(times.finishNs, sums) : [];
		return { ...times, taskCount, composedTaskCount, devices };
	});
}

function expectDone({ words, rank }: PlacedPlans, { plans }: SideBySide): void {
	const stuck = rank.findIndex((at) => words.u32[(at + PLAN_RANK.IS_DONE) / 4] === 0);
	if (stuck < 0) return;
	throw new Error(`rank ${plans[0]!.programs[stuck]!.rank} waits for ever for somebody who does not come`);
}

/** The latest finish: each lane keeps its order, so that its last task says when it is done. */
function timesOf(plan: ExecutionPlan, { words, space }: PlacedPlans, p: number, width: number) {
	const { lanes } = plan.blockLibrary;
	const finishNs = Float64Array.from(space, (at) =>
		lanes.reduce((latest, _, lane) => Math.max(latest, words.f64[at / 8 + (laneSlot(lane) + 1) * width + p]!), 0),
	);
	return { makespanNs: finishNs.reduce((latest, ns) => Math.max(latest, ns), 0), finishNs };
}

function tooLarge(bytes: number, limitBytes: number): EnvironmentError {
	const mib = (count: number): string => (count / 2 ** 20).toFixed(2);
	return new EnvironmentError(
		`a plan needs ${mib(bytes)} MiB to run, there are ${mib(limitBytes)}: give more memory, or plan fewer ranks`,
	);
}
