/** The steps of one rank: gradients cleared, the passes of its schedule, gradients reduced, Adam. */
import { cpu } from "../costs.js";
import { type Job, layersPerChunk } from "../job.js";
import { scheduleOf } from "../schedule/actions.js";
import type { PassAction } from "../schedule/types.js";
import { type CollectiveOp, Collectives } from "./collectives.js";
import { type Pass, unwind } from "./differentiable.js";
import { Exchanges } from "./exchanges.js";
import { GradientBuckets } from "./gradients.js";
import { type Program, Stream } from "./instructions.js";
import type { KernelOp } from "./kind-table.js";
import { Embedding, HeadAndLoss } from "./model-ends.js";
import { Optimizer } from "./optimizer.js";
import { ProgramBuilder } from "./program-builder.js";
import { TransformerLayer } from "./transformer-layer.js";

/** All steps of one rank of the job. The same job and rank give the same program, wherever it is built. */
export function rankProgram(job: Job, rank: number): Program {
	const program = new ProgramBuilder(job, rank);
	const training = new RankTraining(program);
	program.cpu(cpu.betweenSteps);
	for (let step = 0; step < job.steps; step++) training.step(job.firstStep + step);
	return program.build();
}

class RankTraining {
	readonly #layer: TransformerLayer;
	readonly #embedding: Embedding | undefined;
	readonly #head: HeadAndLoss | undefined;
	readonly #exchanges: Exchanges;
	readonly #gradients: GradientBuckets;
	readonly #optimizer: Optimizer;
	readonly #collectives: Collectives;
	readonly #kinds: { readonly forward: number; readonly backward: number; readonly weights: number };
	readonly #batch: { readonly kind: number; readonly copy: KernelOp; readonly broadcast: CollectiveOp | undefined };
	readonly #passes = new Map<number, Pass>();

	constructor(readonly program: ProgramBuilder) {
		const { job, place } = program;
		const collectives = new Collectives(program);
		this.#collectives = collectives;
		this.#layer = new TransformerLayer(collectives);
		this.#embedding = place.stage === 0 ? new Embedding(collectives) : undefined;
		this.#head = place.stage === job.pipelineParallel - 1 ? new HeadAndLoss(collectives) : undefined;
		this.#exchanges = new Exchanges(collectives);
		this.#gradients = new GradientBuckets(collectives);
		const layers = layersPerChunk(job) * job.virtualPipeline;
		this.#optimizer = new Optimizer(collectives, [
			...(this.#embedding ? [this.#embedding.parameters] : []),
			...Array.from({ length: layers }, () => this.#layer.parameters).flat(),
			...(this.#head?.parameters ?? []),
		]);
		const annotation = (name: string): number => program.kinds.range({ category: "user_annotation", name });
		this.#kinds = {
			forward: annotation("forward_step"),
			backward: annotation("backward_step"),
			weights: annotation("weight_grad_step"),
		};
		const samples = job.microBatchSize;
		this.#batch = {
			kind: program.kinds.range({
				category: "cpu_op",
				name: "aten::to",
				dims: [[samples, job.sequence]],
				types: ["long int"],
			}),
			copy: program.kinds.copy("HtoD", 8 * samples * job.sequence),
			broadcast: collectives.define({
				name: "broadcast",
				stream: Stream.tensor,
				group: place.tensor,
				elements: samples * (job.sequence + 1),
				dtype: "Long",
			}),
		};
	}

	step(number: number): void {
		const { program } = this;
		const { job, place } = program;
		const kind = program.kinds.range({ category: "user_annotation", name: `ProfilerStep#${number}` });
		program.range(kind, 0, () => {
			this.#optimizer.zeroGradients();
			for (const action of scheduleOf(job, place.stage)) {
				if (action.type === "exchange") this.#exchanges.run(action.transfers);
				else this.#pass(action);
			}
			const buckets = this.#gradients.finish();
			this.#optimizer.reduceShared();
			if (this.#head) this.#optimizer.readBack();
			this.#optimizer.step(() => {
				if (job.distributedOptimizer) this.#gradients.gatherParameters(buckets);
			});
			program.synchronizeDevice();
		});
		program.cpu(cpu.betweenSteps);
	}

	#pass({ type, microBatch, chunk }: PassAction): void {
		const { program } = this;
		const { job } = program;
		const key = microBatch * job.virtualPipeline + chunk;
		program.cpu(cpu.schedule);
		program.range(this.#kinds[type], 0, () => {
			if (type === "forward") {
				const pass = this.#newPass(microBatch);
				this.#passes.set(key, pass);
				this.#forward(pass, chunk);
				return;
			}
			const pass = this.#passes.get(key)!;
			if (type === "backward") program.onAutogradThread(() => unwind(pass));
			else for (const weightGradient of pass.weightGradients!) weightGradient();
			if (type === "weights" || !pass.weightGradients) this.#passes.delete(key);
		});
	}

	#newPass(microBatch: number): Pass {
		const { job } = this.program;
		// The last backward pass completes the gradients; GPipe runs it for the first micro-batch.
		const last = job.schedule === "gpipe" ? 0 : job.microBatches - 1;
		return {
			tape: [],
			weightGradients: job.schedule === "zb-h1" ? [] : undefined,
			gradientReady: microBatch === last ? (elements) => this.#gradients.ready(elements) : undefined,
		};
	}

	#forward(pass: Pass, chunk: number): void {
		const { program } = this;
		const { job } = program;
		const entry = chunk === 0 && this.#embedding;
		const exit = chunk === job.virtualPipeline - 1 && this.#head;
		if (entry || exit) this.#readBatch();
		if (entry) entry.run(pass);
		const layers = layersPerChunk(job);
		for (let layer = 0; layer < layers; layer++) this.#layer.run(pass, chunk * layers + layer);
		if (exit) exit.run(pass);
	}

	/** Tokens and labels: the first rank of a tensor-parallel group loads them and tells the others. */
	#readBatch(): void {
		const { program } = this;
		const { rank, tensor } = program.place;
		if (rank === tensor.ranks[0]) program.op(this.#batch.kind, 0, () => program.launch(this.#batch.copy));
		this.#collectives.callAndWait(this.#batch.broadcast);
	}
}
