/**
 * A line that says how far something is: a live bar on a terminal, a plain line every few seconds elsewhere. It is given
 * how to write and what time it is, so that it can be tested and so that it owns neither.
 */
import { allot } from "./bar.js";
import { createStyle, type Look } from "./style.js";

export interface ProgressOptions extends Look {
	/** A terminal that can rewrite its line. */
	readonly live: boolean;
	readonly write: (text: string) => void;
	/** Milliseconds, from anywhere. */
	readonly now: () => number;
}

const LIVE_EVERY_MS = 100;
const PLAIN_EVERY_MS = 5000;
/** Nothing shows for what is done sooner. */
const SILENT_MS = 500;

const ERASE_LINE = "\r\u001b[K";

export class StatusLine {
	readonly #options: ProgressOptions;
	readonly #startedMs: number;
	#shownMs: number;
	#live = false;

	constructor(options: ProgressOptions) {
		this.#options = options;
		this.#startedMs = options.now();
		// The first line comes after SILENT_MS live, after PLAIN_EVERY_MS otherwise.
		this.#shownMs = this.#startedMs + (options.live ? SILENT_MS - LIVE_EVERY_MS : 0);
	}

	/**
	 * May be called as often as one likes; writes only when it is time.
	 * @param textOf what to say after so many milliseconds
	 * @param share that is done, 0 to 1, where it is known
	 */
	update(textOf: (elapsedMs: number) => string, share: number | undefined): void {
		const { live, now, write, width } = this.#options;
		const atMs = now();
		if (atMs - this.#shownMs < (live ? LIVE_EVERY_MS : PLAIN_EVERY_MS)) return;
		this.#shownMs = atMs;
		const text = textOf(atMs - this.#startedMs);
		if (!live) {
			write(`${text}\n`);
			return;
		}
		const bar = share === undefined ? "" : this.#bar(share, width - text.length - 3);
		write(ERASE_LINE + bar + text.slice(0, width - 1));
		this.#live = true;
	}

	/** Takes the live bar away again, whatever the outcome. */
	finish(): void {
		if (this.#live) this.#options.write(ERASE_LINE);
		this.#live = false;
	}

	#bar(share: number, room: number): string {
		const cells = Math.min(30, room);
		if (cells < 5) return "";
		const style = createStyle(this.#options);
		const [done, left] = allot([share, 1 - share], cells) as [number, number];
		const [full, empty] = style.unicode ? ["\u2588", "\u2591"] : ["#", "."];
		return `${style.good(full!.repeat(done))}${style.dim(empty!.repeat(left))}  `;
	}
}
