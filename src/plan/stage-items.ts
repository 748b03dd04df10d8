/** The items of a stage's program: blocks in order, with the messages that each sends, receives and waits for. */
import { NO_MICRO_BATCH } from "./program.js";

export class StageItems {
	readonly #block: Uint32Array;
	readonly #message: Uint32Array;
	readonly #microBatch: Int32Array;
	readonly #chunk: Int32Array;
	#items = 0;
	#messages = 0;

	/** @param passes of the stage; each has at most two exchanges beside it and names three messages with these */
	constructor(passes: number) {
		// The step begins and ends with an item of its own.
		const mostItems = 3 * passes + 2;
		this.#block = new Uint32Array(mostItems);
		this.#message = new Uint32Array(3 * passes);
		this.#microBatch = new Int32Array(mostItems);
		this.#chunk = new Int32Array(mostItems);
	}

	add(block: number, messages: readonly number[], microBatch = NO_MICRO_BATCH, chunk = 0): void {
		const item = this.#items++;
		this.#block[item] = block;
		this.#microBatch[item] = microBatch;
		this.#chunk[item] = chunk;
		for (let i = 0; i < messages.length; i++) this.#message[this.#messages++] = messages[i]!;
	}

	finish(): { block: Uint32Array; message: Uint32Array; microBatch: Int32Array; chunk: Int32Array } {
		if (this.#items > this.#block.length || this.#messages > this.#message.length)
			throw new Error("a stage has more items or messages than there is room for");
		return {
			block: this.#block.slice(0, this.#items),
			message: this.#message.slice(0, this.#messages),
			microBatch: this.#microBatch.slice(0, this.#items),
			chunk: this.#chunk.slice(0, this.#items),
		};
	}
}
