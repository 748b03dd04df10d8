/**
 * Activations and gradients between neighbouring stages. Where a stage exchanges with one neighbour at a time, Megatron
 * batches send and receive into one kernel; under interleaving each is a kernel of its own, one stream a neighbour.
 */
import { cpu } from "../costs.js";
import { heldTokens } from "../job.js";
import type { Transfer } from "../schedule/types.js";
import type { Collectives } from "./collectives.js";
import { Stream } from "./instructions.js";
import type { Event, Meeting, ProgramBuilder } from "./program-builder.js";

interface ExchangeOp {
	readonly paramsKind: number;
	readonly annotationKind: number;
	readonly workKind: number;
	readonly stream: number;
}

export class Exchanges {
	readonly program: ProgramBuilder;
	readonly #elements: number;
	readonly #batchKind: number;
	readonly #ops = new Map<string, ExchangeOp>();

	constructor(readonly collectives: Collectives) {
		this.program = collectives.program;
		this.#elements = heldTokens(this.program.job) * this.program.job.hidden;
		this.#batchKind = this.program.kinds.range({ category: "user_annotation", name: "batch_isend_irecv" });
	}

	run(transfers: readonly Transfer[]): void {
		const { program } = this;
		program.cpu(cpu.pointToPoint);
		if (program.job.schedule === "interleaved") {
			// All are under way before the first is waited for. Even and odd stages begin at opposite ends.
			const ordered = [...transfers].sort((a, b) => this.#position(a) - this.#position(b));
			const events = ordered.map((transfer) => this.#start([transfer]));
			for (const event of events) program.streamWait(Stream.compute, event);
			return;
		}
		program.range(this.#batchKind, 0, () => program.streamWait(Stream.compute, this.#start(transfers)));
	}

	#start(transfers: readonly Transfer[]): Event {
		const { program } = this;
		const op = this.#opOf(transfers);
		const meetings = transfers.map((transfer) => this.#meeting(transfer));
		let event: Event = 0;
		program.range(op.paramsKind, 0, () => {
			program.streamWait(op.stream, program.recordEvent(Stream.compute));
			program.range(op.annotationKind, 0, () => program.launchMeeting(op.workKind, 0, meetings));
			event = program.recordEvent(op.stream);
		});
		return event;
	}

	#position(transfer: Transfer): number {
		const even = ["send next", "receive previous", "send previous", "receive next"];
		const odd = ["receive previous", "send next", "receive next", "send previous"];
		return (this.program.place.stage % 2 === 0 ? even : odd).indexOf(transfer);
	}

	#meeting(transfer: Transfer): Meeting {
		const { rank } = this.program.place;
		const peer = this.#peer(transfer);
		const bytes = 2 * this.#elements;
		const sends = transfer.startsWith("send");
		return sends ? this.collectives.transfer(rank, peer, bytes) : this.collectives.transfer(peer, rank, bytes);
	}

	#peer(transfer: Transfer): number {
		const { pipeline, stage } = this.program.place;
		const stages = pipeline.ranks.length;
		return pipeline.ranks[(stage + (transfer.endsWith("next") ? 1 : stages - 1)) % stages]!;
	}

	/** One kind a combination of transfers. */
	#opOf(transfers: readonly Transfer[]): ExchangeOp {
		const key = transfers.join();
		const known = this.#ops.get(key);
		if (known) return known;
		const { program } = this;
		const sent = transfers.find((transfer) => transfer.startsWith("send"));
		const received = transfers.find((transfer) => transfer.startsWith("receive"));
		const name = sent && received ? "coalesced" : sent ? "send" : "recv";
		const collective = {
			name,
			group: program.place.pipeline,
			inElements: this.#elements,
			outElements: this.#elements,
			dtype: "BFloat16" as const,
			...(sent ? { destination: this.#peer(sent) } : {}),
			...(received ? { source: this.#peer(received) } : {}),
		};
		const apart = program.job.schedule === "interleaved";
		const stream = apart && transfers[0]!.endsWith("previous") ? Stream.pipelinePrevious : Stream.pipelineNext;
		const op = {
			paramsKind: program.kinds.range({ category: "cpu_op", name: "record_param_comms", collective }),
			annotationKind: program.kinds.range({ category: "user_annotation", name: this.#range(name, transfers[0]!) }),
			workKind: program.kinds.work({
				category: "kernel",
				name: "ncclDevKernel_SendRecv(ncclDevKernelArgsStorage<4096ul>)",
				stream,
				call: "cudaLaunchKernelExC",
				launch: { grid: [8, 1, 1], block: [544, 1, 1], registers: 96, sharedMemory: 103_808 },
				collective,
			}),
			stream,
		};
		this.#ops.set(key, op);
		return op;
	}

	#range(name: string, transfer: Transfer): string {
		const { rank } = this.program.place;
		if (name === "coalesced") return "nccl:coalesced";
		const arrow = name === "send" ? `${rank}->${this.#peer(transfer)}` : `${rank}<-${this.#peer(transfer)}`;
		return `nccl:${name} ${arrow}`;
	}
}
