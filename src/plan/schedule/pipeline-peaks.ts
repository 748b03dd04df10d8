/** What is under way at the worst on each stage of a pipeline, kept for the next job with the same schedule. */
import { type InFlight, peaksInFlight } from "./in-flight.js";
import { type ScheduleName, type ScheduleShape, scheduleStage } from "./index.js";

export class PipelinePeaks {
	readonly #known = new Map<string, readonly (readonly InFlight[])[]>();

	/** One a stage. */
	of(name: ScheduleName, shape: ScheduleShape): readonly (readonly InFlight[])[] {
		const key = `${name} ${shape.stages} ${shape.chunks} ${shape.microBatches}`;
		let peaks = this.#known.get(key);
		if (peaks === undefined) {
			peaks = Array.from({ length: shape.stages }, (_, stage) => peaksInFlight(scheduleStage(name, shape, stage)));
			this.#known.set(key, peaks);
		}
		return peaks;
	}
}
