/** Schedules: pure functions from the shape of a pipeline to what each of its stages runs, in order. */
import type { ParallelConfig } from "../../config/parallel.js";
import { allForwardAllBackward } from "./gpipe.js";
import { interleavedOneForwardOneBackward } from "./interleaved.js";
import { oneForwardOneBackward } from "./one-f-one-b.js";
import type { ScheduleShape, StageSchedule } from "./passes.js";
import { zeroBubbleH1 } from "./zero-bubble.js";

export { type InFlight, mostInFlight, mostKept, peaksInFlight } from "./in-flight.js";
export { Pass, type ScheduleShape, type StageSchedule } from "./passes.js";

export type ScheduleName = ParallelConfig["schedule"];

const SCHEDULES: Readonly<Record<ScheduleName, (shape: ScheduleShape, stage: number) => StageSchedule>> = {
	"1f1b": oneForwardOneBackward,
	interleaved: interleavedOneForwardOneBackward,
	gpipe: allForwardAllBackward,
	"zb-h1": zeroBubbleH1,
};

/** What `stage` of the pipeline runs. */
export function scheduleStage(name: ScheduleName, shape: ScheduleShape, stage: number): StageSchedule {
	return SCHEDULES[name](shape, stage);
}
