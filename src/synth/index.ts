/** `lumos synth`: an emulated cluster that shares no code with the reader and the engine which its traces check. */
export { checkJob } from "./check-job.js";
export {
	defaultJob,
	fullRecording,
	type Job,
	type Model,
	type Recompute,
	type Recording,
	recomputeModes,
	type Schedule,
	schedules,
	worldSize,
} from "./job.js";
export { modelPresets } from "./model-presets.js";
export { emulate, type SynthOutcome, type SynthRequest, synthesize } from "./synthesize.js";
