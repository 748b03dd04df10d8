/** What each communication task of the base run is: which group, which operation, how many bytes, which messages. */
import type { CollectiveOp } from "../../cost/cost-model.js";
import { ranksOf } from "../../graph/comms/groups.js";
import { isReceive, isSend } from "../../graph/comms/rank-comms.js";
import type { CommTable } from "../../graph/rank/rank-facts.js";
import type { GroupRole } from "../block.js";
import type { MessagePart } from "../blocks/messages.js";

export interface CommFacts {
	readonly role: GroupRole;
	/** Undefined for messages. */
	readonly op: CollectiveOp | undefined;
	/** Of the whole, unsharded buffer; of a message, what is sent. */
	readonly bytes: number;
	/** The same in numbers. */
	readonly elements: number;
	/** Of an exchange: its messages, in the order of the kernel's operations. */
	readonly parts: readonly MessagePart[];
	/** Ranks of the group as far as they are recorded. */
	readonly members: readonly number[];
	readonly size: number;
}

/** Bytes of the types that NCCL reduces, by the names of PyTorch's scalars. */
const TYPE_BYTES: Readonly<Record<string, number>> = {
	Double: 8,
	Long: 8,
	Float: 4,
	Int: 4,
	BFloat16: 2,
	Half: 2,
	Short: 2,
	Char: 1,
	Byte: 1,
	Bool: 1,
	Float8_e4m3fn: 1,
	Float8_e5m2: 1,
};

const OPS: readonly (readonly [RegExp, CollectiveOp, "in" | "out"])[] = [
	[/all_?reduce/i, "allReduce", "in"],
	[/all_?gather/i, "allGather", "out"],
	[/reduce_?scatter/i, "reduceScatter", "in"],
	[/all_?to_?all/i, "allToAll", "in"],
	[/broadcast/i, "broadcast", "in"],
];

/** Descriptions of Megatron-LM's groups and torch's meshes; the first that fits counts. */
const ROLES: readonly (readonly [RegExp, GroupRole])[] = [
	[/embedding/i, "embedding"],
	[/^(mesh_)?(tensor_model_parallel|tensor_parallel|tp)(_group)?$/i, "tensor"],
	[/^(mesh_)?(context_parallel|cp)(_group)?$/i, "context"],
	[/expert_data/i, "expertData"],
	[/^(mesh_)?(expert|ep)/i, "expert"],
	[/^(mesh_)?(data_parallel|dp|ddp|fsdp|intra_partial_data)/i, "data"],
	[/^(mesh_)?(model_parallel|tensor_and_pipeline)/i, "model"],
];

/** The degrees that ranks are numbered by, innermost first. */
export interface RankGrid {
	readonly tensor: number;
	readonly context: number;
	readonly data: number;
	readonly pipeline: number;
}

export function stageOfRank(grid: RankGrid, rank: number): number {
	return Math.floor(rank / (grid.tensor * grid.context * grid.data));
}

/** By the axes along which the members of a group differ. */
function roleByMembers(grid: RankGrid, members: readonly number[]): GroupRole {
	const { tensor, context, data } = grid;
	const differ = (of: (rank: number) => number): boolean => new Set(members.map(of)).size > 1;
	const axes = {
		tensor: differ((rank) => rank % tensor),
		context: differ((rank) => Math.floor(rank / tensor) % context),
		data: differ((rank) => Math.floor(rank / (tensor * context)) % data),
		pipeline: differ((rank) => stageOfRank(grid, rank)),
	};
	if (axes.pipeline) return members.length === 2 && !axes.tensor && !axes.data ? "embedding" : "model";
	if (axes.data) return axes.tensor ? "model" : "data";
	return axes.context ? "context" : "tensor";
}

/** Facts of every communication task of a rank, by the task's number in the rank's block. */
export function commFacts(comms: CommTable, grid: RankGrid): ReadonlyMap<number, CommFacts> {
	const facts = new Map<number, CommFacts>();
	const ranksOfText = new Map<number, readonly number[]>();
	const groupRanks = (text: number): readonly number[] => {
		const known = ranksOfText.get(text) ?? ranksOf(comms.strings[text]!);
		ranksOfText.set(text, known);
		return known;
	};
	for (let op = 0; op < comms.count; op++) {
		const text = (column: Uint32Array): string => comms.strings[column[op]!]!;
		const collective = text(comms.collective);
		const elementBytes = TYPE_BYTES[text(comms.dtype)] ?? 2;
		const bytes = (elements: number): number => Math.max(0, elements) * elementBytes;
		const [inElems, outElems] = [comms.inElems[op]!, comms.outElems[op]!];
		const row = comms.row[op]!;
		if (isSend(collective) || isReceive(collective)) {
			const part = partOf(comms, op, grid, isSend(collective));
			const before = facts.get(row);
			facts.set(row, {
				role: "message",
				op: undefined,
				bytes: bytes(Math.max(inElems, outElems)),
				elements: Math.max(inElems, outElems),
				parts: [...(before?.parts ?? []), part],
				members: [],
				size: 2,
			});
			continue;
		}
		const header = comms.processGroups.find(({ name }) => name === text(comms.groupName));
		const recorded = groupRanks(comms.groupRanks[op]!);
		const members = recorded.length > 0 ? recorded : (header?.ranks ?? []);
		const description = text(comms.groupDesc) || (header?.desc ?? "");
		const known = OPS.find(([pattern]) => pattern.test(collective));
		facts.set(row, {
			role: ROLES.find(([pattern]) => pattern.test(description))?.[1] ?? roleByMembers(grid, members),
			op: known?.[1] ?? "allReduce",
			bytes: bytes(known?.[2] === "out" ? outElems : inElems),
			elements: known?.[2] === "out" ? outElems : inElems,
			parts: [],
			members,
			size: Math.max(comms.groupSize[op]!, members.length),
		});
	}
	return facts;
}

/** To or from which neighbour; ranks of the job, or of the pipeline's group where they are too small to be that. */
function partOf(comms: CommTable, op: number, grid: RankGrid, sends: boolean): MessagePart {
	const own = stageOfRank(grid, comms.rank);
	const peer = sends ? comms.dst[op]! : comms.src[op]!;
	const perStage = grid.tensor * grid.context * grid.data;
	const isOfJob = peer % perStage === comms.rank % perStage;
	const stage = isOfJob ? stageOfRank(grid, peer) : peer;
	const isNext = stage === (own + 1) % grid.pipeline && (grid.pipeline > 2 || stage > own);
	if (sends) return isNext ? "sendForward" : "sendBackward";
	return isNext ? "receiveBackward" : "receiveForward";
}
