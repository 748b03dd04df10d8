/** `lumos synth`: an emulated cluster that shares no code with the reader and the engine which its traces check. */
export { checkJob } from "./check-job.js";
export { type Emulation, emulate } from "./emulate.js";
export {
	defaultJob,
	fullRecording,
	type Job,
	type Model,
	type Recompute,
	type Recording,
	type Schedule,
	worldSize,
} from "./job.js";
export { modelPresets } from "./model-presets.js";
export { refuseOtherTraces, TRUTH_FILE } from "./trace-set.js";
export { type WriteRequest, type WrittenTraces, writeTraces } from "./write-traces.js";
