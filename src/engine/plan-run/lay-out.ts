/** Plans of one structure in the memory of the plan runner (assembly/plan/layout.ts says what stands where). */
import { PLAN_BLOCK, PLAN_CONTROL, PLAN_RANK, planPendingBytes } from "../../abi/plan-control.js";
import { GROUP_ROLES } from "../../plan/block.js";
import { sizePlan } from "../../plan/instantiate/size.js";
import type { Kernel } from "../kernel-interface.js";
import { type BlockRecords, recordSlot, recordsOf } from "./block-records.js";
import { type LogPlaces, placeLogs, writeLogs, writePieces } from "./device-log.js";
import { type BlockPlace, placeBlock, writeBlock } from "./lay-out-block.js";
import { Places, Words } from "./places.js";
import type { SideBySide } from "./side-by-side.js";

/** What a run needs and gives, in memory. */
export interface PlacedPlans {
	readonly control: number;
	readonly words: Words;
	/** Of each program whether it came to its end, and its work space. */
	readonly rank: readonly number[];
	readonly space: readonly number[];
	/** Where device sums come, or 0. */
	readonly sums: number;
}

/** Where everything of one run goes: known before there is memory for it. */
export interface PlanPlaces {
	readonly records: readonly BlockRecords[];
	readonly control: number;
	readonly blocks: number;
	readonly block: readonly BlockPlace[];
	readonly ranks: number;
	readonly ready: number;
	readonly latest: number;
	readonly missing: number;
	readonly waiting: number;
	readonly received: number;
	readonly groupBegin: Uint32Array;
	readonly groups: number;
	readonly space: readonly number[];
	readonly pending: readonly number[];
	readonly rendezvous: readonly number[];
	readonly roles: readonly number[];
	readonly met: readonly number[];
	readonly messages: readonly number[];
	readonly items: ReadonlyMap<Uint32Array, number>;
	readonly logs: LogPlaces | undefined;
	readonly end: number;
}

/** @param deviceSums whether what devices do is to be summed up */
export function placePlans(joint: SideBySide, base: number, deviceSums: boolean): PlanPlaces {
	const { plans, blocks, items } = joint;
	const [plan] = plans as [SideBySide["plans"][number]];
	const width = plans.length;
	const lanes = plan.blockLibrary.lanes.length;
	const records = blocks.map((tuple) => recordsOf(tuple, lanes));
	const places = new Places(base);
	const { groupBegin } = sizePlan(plan);
	const meetings = groupBegin.at(-1)!;
	const control = places.take(PLAN_CONTROL.PLAN_CONTROL_BYTES);
	const { programs } = plan;
	const each = (bytesOf: (p: number) => number): number[] => programs.map((_, p) => places.take(bytesOf(p)));
	const slots = records.reduce((most, { endSlot }) => Math.max(most, endSlot), recordSlot(lanes, 0));
	const most = records.reduce((count, { meetingOrder }) => Math.max(count, meetingOrder.length), 0);
	const itemPlaces = new Map<Uint32Array, number>();
	for (const list of items) if (!itemPlaces.has(list)) itemPlaces.set(list, places.take(4 * list.length));
	return {
		records,
		control,
		blocks: places.take(blocks.length * PLAN_BLOCK.BLOCK_BYTES),
		block: records.map((record, b) => placeBlock(places, blocks[b]![0]!, record, width)),
		ranks: places.take(programs.length * PLAN_RANK.RANK_BYTES),
		ready: places.take(4 * programs.length),
		latest: places.take(8 * width * meetings),
		missing: places.take(4 * meetings),
		waiting: places.take(4 * meetings),
		received: places.take(8 * width * plan.messageCount),
		groupBegin,
		groups: places.take(4 * groupBegin.length),
		space: each(() => 8 * width * slots),
		pending: each(() => lanes * planPendingBytes(width)),
		rendezvous: each(() => 4 * most),
		roles: each(() => 4 * GROUP_ROLES.length),
		met: each(() => 4 * GROUP_ROLES.length),
		messages: each((p) => 4 * programs[p]!.message.length),
		items: itemPlaces,
		logs: deviceSums ? placeLogs(places, joint) : undefined,
		end: places.end,
	};
}

/** Writes the plans where they were placed, ready to run. */
export function layOutPlans(kernel: Kernel, { plans, blocks, items }: SideBySide, places: PlanPlaces): PlacedPlans {
	const [plan] = plans as [SideBySide["plans"][number]];
	const width = plans.length;
	const lanes = plan.blockLibrary.lanes.length;
	const { programs, messageCount, groupSize } = plan;
	const { groupBegin, control, logs } = places;
	const meetings = groupBegin.at(-1)!;
	kernel.grow(places.end);
	const words = new Words(kernel.buffer());
	words.setFields(control, PLAN_CONTROL, {
		WIDTH: width,
		LANES: lanes,
		MESSAGES: messageCount,
		BLOCK: places.blocks,
		RANK: places.ranks,
		READY: places.ready,
		READY_COUNT: programs.length,
		LATEST: places.latest,
		MISSING: places.missing,
		FIRST_WAITING: places.waiting,
		RECEIVED: places.received,
		GROUP_BEGIN: places.groups,
	});
	blocks.forEach((tuple, b) => {
		const at = places.blocks + b * PLAN_BLOCK.BLOCK_BYTES;
		const records = places.records[b]!;
		writeBlock(words, at, places.block[b]!, tuple, records);
		if (logs) words.setFields(at, PLAN_BLOCK, writePieces(words, logs, b, records, width));
	});
	words.setU32(
		places.ready,
		programs.map((_, p) => programs.length - 1 - p),
	);
	words.fillF64(places.latest, 0, width * meetings);
	// Who sends and who receives.
	words.fillU32(places.missing, 2, messageCount);
	groupSize.forEach((size, group) => {
		const begin = groupBegin[group]!;
		words.fillU32(places.missing + 4 * begin, size, groupBegin[group + 1]! - begin);
	});
	words.fillU32(places.waiting, 0, meetings);
	words.fillF64(places.received, Number.NEGATIVE_INFINITY, width * messageCount);
	words.setU32(places.groups, groupBegin);
	for (const [list, at] of places.items) words.setU32(at, list);
	programs.forEach(({ message, group }, p) => {
		const at = places.ranks + p * PLAN_RANK.RANK_BYTES;
		words.fillU32(at, 0, PLAN_RANK.RANK_BYTES / 4);
		words.setFields(at, PLAN_RANK, {
			ITEMS: items[p]!.length,
			ITEM_BLOCK: places.items.get(items[p]!)!,
			NEXT_MESSAGE: places.messages[p]!,
			TIME: places.space[p]!,
			PENDING: places.pending[p]!,
			RENDEZVOUS: places.rendezvous[p]!,
			GROUP: places.roles[p]!,
			MET: places.met[p]!,
		});
		words.setU32(places.messages[p]!, message);
		words.setU32(places.roles[p]!, group);
		words.fillU32(places.met[p]!, 0, GROUP_ROLES.length);
		words.fillU32(places.pending[p]!, 0, (lanes * planPendingBytes(width)) / 4);
		// On an empty lane there is nothing to wait for.
		words.fillF64(places.space[p]!, Number.NEGATIVE_INFINITY, width * recordSlot(lanes, 0));
	});
	const rank = programs.map((_, p) => places.ranks + p * PLAN_RANK.RANK_BYTES);
	if (logs) writeLogs(words, logs, control, rank);
	return { control, words, rank, space: places.space, sums: logs?.sums ?? 0 };
}
