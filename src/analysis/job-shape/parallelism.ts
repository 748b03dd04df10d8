/** The parallel degrees of a job: described where groups are described, else what traffic and the world size leave. */
import { type Finding, fromMetadata, inferred, mostCommon, unknown } from "./finding.js";
import { OpKind } from "./names.js";
import { callsOf } from "./op-counts.js";
import { type Degrees, degreesByDescription } from "./process-groups.js";
import type { Survey, TraceFacts } from "./survey.js";
import { degreesByTraffic, type GroupTraffic } from "./traffic.js";

type Axis = "tensor" | "pipeline" | "data" | "context" | "expert";
const axes = ["tensor", "pipeline", "data", "context", "expert"] as const;
/** The axes whose product is the world; experts share the ranks of data parallelism. */
const factors = ["tensor", "pipeline", "data", "context"] as const;

export interface Parallelism {
	readonly worldSize: Finding<number>;
	readonly degrees: Readonly<Record<Axis, Finding<number>>>;
	/** Stage of a rank in its pipeline, counted from 0; null where not known. */
	stageOf(survey: Survey): number | null;
}

export function parallelismOf(surveys: readonly Survey[]): Parallelism {
	const worldSize = worldSizeOf(surveys);
	const described = surveys.map(({ trace }) => degreesByDescription(trace));
	const traffic = surveys.map((survey) => survey.traffic);
	const moved = traffic.map(degreesByTraffic);
	const degrees: Record<Axis, Finding<number>> = {
		tensor: unknown,
		pipeline: unknown,
		data: unknown,
		context: unknown,
		expert: unknown,
	};
	for (const axis of axes) {
		const value = mostCommon(described.map((rank) => rank[axis]));
		if (value !== null) degrees[axis] = fromMetadata(value);
		else if (worldSize.value === 1) degrees[axis] = { value: 1, found: worldSize.found };
	}
	if (worldSize.value !== null) complete(degrees, moved, traffic.flat(), worldSize.value);
	const expertsMove = surveys.some(({ ops }) => callsOf(ops, OpKind.allToAll) > 0);
	if (degrees.expert.value === null && !expertsMove && factors.every((axis) => degrees[axis].value !== null))
		degrees.expert = inferred(1);

	const pipelines = new Map<TraceFacts, readonly number[] | null>(
		surveys.map(({ trace }, i) => [trace, described[i]!.pipelineRanks ?? moved[i]!.pipelineRanks]),
	);
	return {
		worldSize,
		degrees,
		stageOf: ({ trace }) => {
			if (degrees.pipeline.value === 1) return 0;
			const ranks = pipelines.get(trace);
			const stage = ranks?.length === degrees.pipeline.value ? ranks.indexOf(trace.rank) : -1;
			return stage < 0 ? null : stage;
		},
	};
}

function worldSizeOf(surveys: readonly Survey[]): Finding<number> {
	const known = surveys.find(({ trace }) => trace.worldSizeFound !== "unknown" && trace.worldSize > 0)?.trace;
	if (known) return { value: known.worldSize, found: known.worldSizeFound };
	// One trace in which nothing ever communicates is a job of its own.
	return inferred(surveys.length === 1 && !surveys[0]!.communicates ? 1 : null);
}

/** Fills in what is missing, as far as the degrees then multiply to the world size. */
function complete(
	degrees: Record<Axis, Finding<number>>,
	moved: readonly Degrees[],
	traffic: readonly GroupTraffic[],
	worldSize: number,
): void {
	const product = (): number => factors.reduce((all, axis) => all * (degrees[axis].value ?? 1), 1);
	const missing = (): Axis[] => factors.filter((axis) => degrees[axis].value === null);
	const nothingDescribed = missing().length === factors.length;
	if (product() !== worldSize) {
		const guessed = missing().filter((axis) => axis === "tensor" || axis === "pipeline");
		for (const axis of guessed) degrees[axis] = inferred(mostCommon(moved.map((rank) => rank[axis])));
		if (worldSize % product() !== 0) for (const axis of guessed) degrees[axis] = unknown;
	}
	const rest = worldSize / product();
	const open = missing();
	if (rest === 1) for (const axis of open) degrees[axis] = inferred(1);
	else if (open.length === 1) degrees[open[0]!] = inferred(Number.isInteger(rest) ? rest : null);
	else if (open.length === 2 && open.includes("data") && open.includes("context")) {
		// Ranks that neither split layers nor stages hold replicas, if a group of that size sums anything up.
		const replicas = traffic.some((group) => group.size === rest && group.collectives > 0);
		if (Number.isInteger(rest) && (!nothingDescribed || replicas)) {
			degrees.data = inferred(rest);
			degrees.context = inferred(1);
		}
	}
}
