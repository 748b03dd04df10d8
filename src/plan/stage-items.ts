/** The items of a stage's program: blocks in order, with the messages that each sends, receives and waits for. */
import { growableU32 } from "../lib/growable.js";
import { NO_MICRO_BATCH } from "./program.js";

export class StageItems {
	readonly #block = growableU32();
	readonly #message = growableU32();
	/** As they are kept: NO_MICRO_BATCH is the number of all bits. */
	readonly #microBatch = growableU32();
	readonly #chunk = growableU32();

	add(block: number, messages: readonly number[], microBatch = NO_MICRO_BATCH, chunk = 0): void {
		this.#block.push(block);
		for (let i = 0; i < messages.length; i++) this.#message.push(messages[i]!);
		this.#microBatch.push(microBatch);
		this.#chunk.push(chunk);
	}

	finish(): { block: Uint32Array; message: Uint32Array; microBatch: Int32Array; chunk: Int32Array } {
		return {
			block: this.#block.view().slice(),
			message: this.#message.view().slice(),
			microBatch: Int32Array.from(this.#microBatch.view()),
			chunk: Int32Array.from(this.#chunk.view()),
		};
	}
}
