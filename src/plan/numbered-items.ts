/** The items of a stage with blocks in place of its needs. */
import type { StageScript } from "./stage-script.js";

/** Numberings of a script that are kept; most plans of a pipeline number their blocks alike. */
const MOST_NUMBERINGS = 2;

const known = new WeakMap<StageScript, Map<string, Uint32Array>>();

/** The block of every item, where `ids` has that of every need; plans that number their blocks alike share the array. */
export function numberedItems(script: StageScript, ids: readonly number[]): Uint32Array {
	let kept = known.get(script);
	if (kept === undefined) {
		kept = new Map();
		known.set(script, kept);
	}
	const key = ids.join();
	let block = kept.get(key);
	if (block === undefined) {
		const { need } = script;
		block = new Uint32Array(need.length);
		for (let i = 0; i < need.length; i++) block[i] = ids[need[i]!]!;
		const [oldest] = kept.keys();
		if (oldest !== undefined && kept.size === MOST_NUMBERINGS) kept.delete(oldest);
		kept.set(key, block);
	}
	return block;
}
