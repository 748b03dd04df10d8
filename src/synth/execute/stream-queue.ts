/** One stream of a rank: work first in, first out, and what the next of it has to wait for. */
import { growableU32 } from "../../lib/growable.js";
import { LAUNCH_QUEUE } from "../costs.js";

export class StreamQueue {
	readonly #launched = growableU32(16);
	/** How much of it has ended. */
	#ended = 0;
	/** When the last that ended made room for the next. */
	freeNs = 0;
	/** Work on other streams that the next launch has to wait for. */
	readonly awaited: number[] = [];

	/** @param workEndNs of all work of the rank; NaN where not known. */
	constructor(readonly workEndNs: Float64Array) {}

	/** Whether all that was launched has ended. */
	get isIdle(): boolean {
		return this.#ended === this.#launched.length;
	}

	/** The work that is to end next; only where the stream is not idle. */
	get first(): number {
		return this.#launched.get(this.#ended);
	}

	push(work: number): void {
		this.#launched.push(work);
		this.awaited.length = 0;
	}

	shift(freeNs: number): void {
		this.#ended++;
		this.freeNs = freeNs;
	}

	/** What has to end before all that is on the stream has happened: also what it has been told to wait for. */
	*pending(): Generator<number> {
		if (this.#launched.length > 0) yield this.#launched.get(this.#launched.length - 1);
		yield* this.awaited;
	}

	/** When all that is on the stream has happened; NaN where that is not known yet. */
	idleNs(): number {
		let idleNs = Number.NEGATIVE_INFINITY;
		for (const work of this.pending()) idleNs = Math.max(idleNs, this.workEndNs[work]!);
		return idleNs;
	}

	/** When the launch queue has room for one more; NaN where that is not known yet. */
	roomNs(): number {
		const { length } = this.#launched;
		return length < LAUNCH_QUEUE ? 0 : this.workEndNs[this.#launched.get(length - LAUNCH_QUEUE)]!;
	}
}
