/** When the device of a rank does what while a plan runs: for breakdowns, without a graph. */
import { type GrowableF64, type GrowableU8, growableF64, growableU8 } from "../../lib/growable.js";
import type { BlockLibrary } from "../block.js";
import { COLLECTIVES, type DevicePieces, devicePieces, MESSAGES } from "./device-pieces.js";

/** What the devices of all ranks of a plan did; each rank's in the order in which it became known. */
export class DeviceLog {
	readonly ranks: readonly RankLog[];

	constructor({ blocks, strings }: BlockLibrary, ranks: number) {
		const pieces = blocks.map((block) => devicePieces(block, strings));
		this.ranks = Array.from({ length: ranks }, () => new RankLog(pieces));
	}
}

export class RankLog {
	/** When a piece occupies its stream; when it stops waiting for others; when it ends. */
	readonly startNs: GrowableF64 = growableF64();
	readonly movesNs: GrowableF64 = growableF64();
	readonly endNs: GrowableF64 = growableF64();
	/** Index into FAMILIES. */
	readonly family: GrowableU8 = growableU8();
	readonly #pieces: readonly DevicePieces[];

	constructor(pieces: readonly DevicePieces[]) {
		this.#pieces = pieces;
	}

	/**
	 * A block that is settled.
	 * @param time its tasks' start and finish, from `base` on
	 * @param isDeferred the end of its last task is not known yet; `addDeferred` brings it
	 */
	addBlock(block: number, time: Float64Array, base: number, isDeferred: boolean): void {
		const { first, last, family } = this.#pieces[block]!;
		const count = last.length - (isDeferred ? 1 : 0);
		for (let i = 0; i < count; i++) {
			this.startNs.push(time[base + 2 * first[i]!]!);
			this.movesNs.push(time[base + 2 * last[i]!]!);
			this.endNs.push(time[base + 2 * last[i]! + 1]!);
			this.family.push(family[i]!);
		}
	}

	/** A transfer that was put off. */
	addDeferred(startNs: number, movesNs: number, endNs: number, isMessage: boolean): void {
		this.startNs.push(startNs);
		this.movesNs.push(movesNs);
		this.endNs.push(endNs);
		this.family.push(isMessage ? MESSAGES : COLLECTIVES);
	}
}
