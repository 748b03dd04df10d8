/** Whether a job can run at all: one line for what cannot, naming the flag and the nearest choice that can. */
import { UserError } from "../lib/errors.js";
import { type Job, worldSize } from "./job.js";

/** What is emulated at once has to fit into memory: 50 bytes an instruction. */
const MAX_RANKS = 4096;
const MAX_INSTRUCTIONS = 100e6;
/** Of one rank, both passes of a micro-batch through a layer; twice as many with all options. */
const INSTRUCTIONS_PER_LAYER = 220;

/** @throws UserError naming the first thing that is wrong. */
export function checkJob(job: Job): void {
	const { tensorParallel: tp, pipelineParallel: pp, virtualPipeline: vpp, microBatches, schedule } = job;
	const world = worldSize(job);
	if (world > MAX_RANKS)
		throw new UserError(`--tp x --pp x --dp are ${world} ranks; at most ${MAX_RANKS} can be emulated at once`);
	const perRank = ((job.layers * microBatches * job.steps) / pp) * INSTRUCTIONS_PER_LAYER;
	if (perRank * world > MAX_INSTRUCTIONS) {
		const most = Math.floor((microBatches * job.steps * MAX_INSTRUCTIONS) / (perRank * world));
		throw new UserError(
			`--num-layers ${job.layers} x --num-micro-batches ${microBatches} x --steps ${job.steps} on ${world} ranks are too much to emulate at once; ${most > 0 ? `--num-micro-batches x --steps may be ${most}` : "take fewer layers"}`,
		);
	}
	divides("--tensor-model-parallel-size", tp, "--num-attention-heads", job.heads);
	divides("--tensor-model-parallel-size", tp, "--ffn-hidden-size", job.ffn);
	divides("--tensor-model-parallel-size", tp, "--vocab-size", job.vocabulary);
	if (job.sequenceParallel) {
		if (tp === 1) throw new UserError("--sequence-parallel needs --tensor-model-parallel-size above 1");
		divides("--tensor-model-parallel-size", tp, "--seq-length", job.sequence);
	}
	if (schedule === "interleaved") {
		if (pp === 1) throw new UserError("--schedule interleaved needs --pipeline-model-parallel-size above 1");
		if (vpp < 2)
			throw new UserError("--schedule interleaved needs --num-virtual-stages-per-pipeline-rank (--vpp) above 1");
		divides("--pipeline-model-parallel-size", pp, "--num-micro-batches", microBatches, " with --schedule interleaved");
	} else if (vpp > 1) {
		throw new UserError(`--vpp ${vpp} needs --schedule interleaved; ${schedule} has one model chunk a stage`);
	}
	const chunks = pp * vpp;
	if (job.layers % chunks !== 0) {
		const what = vpp > 1 ? `${pp} stages x ${vpp} chunks` : `${pp} stages`;
		throw new UserError(
			`--num-layers ${job.layers} do not divide into ${what}; nearest: ${nearest(job.layers, chunks)}`,
		);
	}
	for (const [flag, factors] of [
		["--straggler", job.stragglers],
		["--late-launcher", job.lateLaunchers],
	] as const) {
		const rank = Object.keys(factors).find((key) => Number(key) >= world);
		if (rank !== undefined) throw new UserError(`${flag} ${rank}: ranks are 0 to ${world - 1}`);
	}
}

function divides(flag: string, part: number, ofFlag: string, whole: number, when = ""): void {
	if (whole % part === 0) return;
	const divisors = Array.from({ length: part }, (_, i) => part - i).filter((value) => whole % value === 0);
	throw new UserError(
		`${flag} ${part} does not divide ${ofFlag} ${whole}${when}; nearest: ${flag} ${divisors[0]}, or ${ofFlag} ${nearest(whole, part)}`,
	);
}

/** The multiple of `step` above 0 that is closest to `value`. */
function nearest(value: number, step: number): number {
	return Math.max(step, Math.round(value / step) * step);
}
