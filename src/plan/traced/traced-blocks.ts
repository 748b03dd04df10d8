/** Blocks of the target, cut from the base run when a program first needs them. */
import type { CostModel } from "../../cost/cost-model.js";
import { EdgeKind, type ExecutionGraph, TaskKind } from "../../graph/graph.js";
import type { Block, BlockLibrary, GroupRole, Lane } from "../block.js";
import { BlockBuilder } from "../block-builder.js";
import type { MessagePart } from "../blocks/messages.js";
import { StringTable } from "../blocks/strings.js";
import { cutBlock } from "./cut-block.js";
import { Inserter, type KernelEdits, NO_EDITS, NOT_TRACED } from "./insert.js";
import type { TracedLanes } from "./lanes.js";
import type { Source } from "./provenance.js";
import { activationBytes, type TracedJob } from "./rescale.js";
import type { Segment } from "./segments.js";
import type { TracedLibrary } from "./traced-library.js";

export interface SyntheticCollective {
	readonly name: string;
	readonly role: GroupRole;
	readonly bytes: number;
	readonly wireNs: number;
	/** The compute stream waits for it. */
	readonly awaited: boolean;
}

/** How a segment is cut besides: as other messages, with other communication, on other threads. */
export interface CutHow {
	readonly parts?: readonly (readonly MessagePart[])[];
	readonly edits?: KernelEdits;
	readonly laneOf?: (processor: number) => number;
}

export class TracedBlocks {
	readonly blocks: Block[] = [];
	readonly lanes: Lane[];
	/** Of each task of the blocks that were cut; blocks that are not here are the cost model's. */
	readonly sources = new Map<Block, readonly Source[]>();
	readonly #strings = new StringTable();
	readonly #stringIds = new Map<number, number>();
	readonly #ids = new Map<string, number>();
	readonly #cut = new Map<Segment, Map<string, number>>();
	readonly #traced: TracedLanes;
	readonly #messageBytes: number;

	constructor(
		readonly blockLibrary: TracedLibrary,
		readonly target: TracedJob,
		readonly cost: CostModel,
	) {
		this.#traced = blockLibrary.lanes;
		this.lanes = [...this.#traced.lanes];
		this.#messageBytes = activationBytes(target);
	}

	/** @param variant tells blocks of one segment with other durations or messages apart. */
	of(
		segment: Segment,
		variant: string,
		durationOf: (task: number) => number | undefined,
		isModelled: (task: number) => boolean,
		{ parts, edits = NO_EDITS, laneOf = this.#traced.laneOf }: CutHow = {},
	): number {
		const variants = this.#variantsOf(segment);
		let id = variants.get(variant);
		if (id === undefined) {
			const { graph } = this.blockLibrary;
			const durations = new Map(Array.from(segment.tasks, (task) => [task, durationOf(task)] as const));
			const { block, taskOf } = cutBlock(graph, segment.kind, segment.tasks, {
				laneOf,
				edits,
				inserter: (builder) => this.#inserter(builder),
				stringOf: (string) => this.#string(graph, string),
				durationOf: (task) => durations.get(task),
				factsOf: (task) => this.blockLibrary.factsOf(task),
				awaited: this.blockLibrary.awaited,
				messageBytes: this.#messageBytes,
				waitsOf: (task) => this.blockLibrary.waitsOf.get(task) ?? [],
				...(parts ? { parts } : {}),
			});
			this.sources.set(
				block,
				taskOf.map((task) => this.#sourceOf(task, durations.get(task), isModelled)),
			);
			id = this.blocks.push(block) - 1;
			variants.set(variant, id);
		}
		return id;
	}

	#variantsOf(segment: Segment): Map<string, number> {
		const variants = this.#cut.get(segment) ?? new Map<string, number>();
		this.#cut.set(segment, variants);
		return variants;
	}

	#sourceOf(task: number, durationNs: number | undefined, isModelled: (task: number) => boolean): Source {
		if (task === NOT_TRACED || isModelled(task)) return "modelled";
		return durationNs === this.blockLibrary.graph.durationNs[task] ? "measured" : "scaled";
	}

	#inserter(builder: BlockBuilder): Inserter {
		const { main, compute } = this.#traced;
		return new Inserter(builder, {
			main,
			compute,
			laneOf: (role) => this.#lane(`${role} group`),
			stringOf: (text) => this.#strings.id(text),
			cpuNs: Math.round(this.cost.cpuOpNs),
			launchNs: Math.round(this.cost.launchNs),
		});
	}

	/** Kernels of a segment by themselves, each launched by the main thread. */
	kernels(segment: Segment, name: string, tasks: readonly (readonly [task: number, durationNs: number])[]): number {
		const variants = this.#variantsOf(segment);
		const known = variants.get(name);
		if (known !== undefined) return known;
		const { graph } = this.blockLibrary;
		const { main, compute } = this.#traced;
		const builder = new BlockBuilder();
		const sources: Source[] = [];
		for (const [task, durationNs] of tasks) {
			const own = this.#string(graph, graph.name[task]!);
			const call = builder.task(TaskKind.launch, main, own, 0, Math.round(this.cost.cpuOpNs));
			builder.afterLane(main, EdgeKind.intraThread);
			builder.task(TaskKind.kernel, compute, own, this.#string(graph, graph.shape[task]!), durationNs);
			builder.after(call, EdgeKind.launch, { delayNs: Math.round(this.cost.launchNs) });
			builder.afterLane(compute, EdgeKind.intraStream, { delayNs: Math.round(this.cost.kernelGapNs) });
			sources.push("modelled", durationNs === graph.durationNs[task] ? "measured" : "scaled");
		}
		const block = builder.build(name);
		this.sources.set(block, sources);
		const id = this.blocks.push(block) - 1;
		variants.set(name, id);
		return id;
	}

	/** A collective that the base run does not have. */
	collective({ name, role, bytes, wireNs, awaited }: SyntheticCollective): number {
		return this.#once(`collective ${name} ${role} ${bytes} ${awaited} ${wireNs}`, () => {
			const builder = new BlockBuilder();
			this.#inserter(builder).collective({ name, role, bytes, wireNs, isAwaited: awaited });
			return builder.build(name);
		});
	}

	/** Messages that the base run does not have: one kernel for all, which the compute stream waits for. */
	exchange(parts: readonly MessagePart[], wireNs: number): number {
		const name = parts.join(" ");
		return this.#once(`exchange ${name} ${wireNs}`, () => {
			const lane = this.#lane("pipeline group");
			const { builder, arrive } = this.#launch(name, lane);
			builder.task(TaskKind.transfer, lane, this.#strings.id(name), 0, Math.round(wireNs));
			builder.after(arrive, EdgeKind.intraStream);
			for (const part of parts) builder.meeting(arrive, "message", this.#messageBytes, part.startsWith("receive"));
			this.#await(builder, name, lane);
			return builder.build(name);
		});
	}

	finish(): BlockLibrary {
		return { lanes: this.lanes, blocks: this.blocks, strings: this.#strings.strings };
	}

	#launch(name: string, lane: number): { builder: BlockBuilder; arrive: number } {
		const builder = new BlockBuilder();
		const { main, compute } = this.#traced;
		const id = this.#strings.id(name);
		const call = builder.task(TaskKind.launch, main, id, 0, Math.round(this.cost.cpuOpNs));
		builder.afterLane(main, EdgeKind.intraThread);
		const arrive = builder.task(TaskKind.arrive, lane, id, 0, 0);
		builder.after(call, EdgeKind.launch, { delayNs: Math.round(this.cost.launchNs) });
		builder.afterLane(lane, EdgeKind.intraStream);
		builder.afterLane(compute, EdgeKind.interStream);
		return { builder, arrive };
	}

	/** The compute stream goes on after what is on `lane`: an empty task stands for the wait. */
	#await(builder: BlockBuilder, name: string, lane: number): void {
		const { compute } = this.#traced;
		builder.task(TaskKind.memory, compute, this.#strings.id(`wait for ${name}`), 0, 0);
		builder.afterLane(compute, EdgeKind.intraStream);
		builder.afterLane(lane, EdgeKind.interStream);
	}

	#lane(name: string): number {
		const known = this.lanes.findIndex((lane) => lane.name === name);
		if (known >= 0) return known;
		return this.lanes.push({ kind: "stream", id: name, name }) - 1;
	}

	#string(graph: ExecutionGraph, id: number): number {
		let own = this.#stringIds.get(id);
		if (own === undefined) {
			own = this.#strings.id(graph.strings[id]!);
			this.#stringIds.set(id, own);
		}
		return own;
	}

	#once(key: string, make: () => Block): number {
		let id = this.#ids.get(key);
		if (id === undefined) {
			id = this.blocks.push(make()) - 1;
			this.#ids.set(key, id);
		}
		return id;
	}
}
