/**
 * One rank on its way through its program, until the program ends or somebody is missing. The order does not depend on
 * durations: all that a rank waits for is a fixed edge, so that plans of one structure go this way together.
 */

import { loadU32, storeU32 } from "../memory";
import { logPieces } from "./device-log";
import {
	BLOCK,
	BLOCK_BYTES,
	IS_DEFERRED,
	IS_DONE,
	IS_OPEN,
	ITEM,
	ITEM_BLOCK,
	ITEMS,
	LANES,
	PIECE_GROUPS,
	TIME,
	TOUCH_COUNT,
	TOUCHES,
	WIDTH,
} from "./layout";
import { openBlock } from "./open-block";
import { settleLane } from "./pending";
import { runBlock } from "./run-block";
import { copyTime } from "./times";

/** What the block leaves behind: what the device did, and the last task of each of its lanes. */
function closeBlock(rank: usize, block: usize, bytes: usize): void {
	const space = loadU32(rank + TIME) as usize;
	if (loadU32(block + PIECE_GROUPS) > 0) logPieces(rank, block, bytes);
	let touch = loadU32(block + TOUCHES) as usize;
	const end: usize = touch + (loadU32(block + TOUCH_COUNT) as usize) * 8;
	for (; touch < end; touch += 8) {
		const to: usize = space + ((loadU32(touch) as usize) + 1) * 2 * bytes;
		copyTime(to, space + (loadU32(touch + 4) as usize), 2 * bytes);
	}
	storeU32(rank + IS_OPEN, 0);
	storeU32(rank + IS_DEFERRED, 0);
}

/** Goes on until the program ends or somebody is missing. */
export function followRank(control: usize, rank: usize): void {
	const bytes: usize = (loadU32(control + WIDTH) as usize) * 8;
	const items = loadU32(rank + ITEMS);
	const blocks = loadU32(rank + ITEM_BLOCK) as usize;
	for (let item = loadU32(rank + ITEM); item < items; item++) {
		storeU32(rank + ITEM, item);
		const id = loadU32(blocks + (item as usize) * 4) as usize;
		const block: usize = (loadU32(control + BLOCK) as usize) + id * BLOCK_BYTES;
		if (loadU32(rank + IS_OPEN) === 0 && !openBlock(control, rank, block, bytes)) return;
		if (!runBlock(control, rank, block, bytes)) return;
		closeBlock(rank, block, bytes);
	}
	storeU32(rank + ITEM, items);
	const lanes = loadU32(control + LANES);
	for (let lane: u32 = 0; lane < lanes; lane++) if (!settleLane(control, rank, lane, bytes)) return;
	storeU32(rank + IS_DONE, 1);
}
