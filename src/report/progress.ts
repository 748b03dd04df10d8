/**
 * Progress of a long read: a live bar on a terminal, a plain line every few seconds elsewhere. It is given how to write
 * and what time it is, so that it can be tested and so that it owns neither.
 */
import { formatBytes, formatSeconds } from "../lib/format.js";
import { allot } from "./bar.js";
import { createStyle, type Look } from "./style.js";

export interface ProgressState {
	readonly label: string;
	readonly doneBytes: number;
	/** Undefined where it is not known. */
	readonly totalBytes: number | undefined;
	readonly elapsedMs: number;
}

export interface ProgressOptions extends Look {
	/** A terminal that can rewrite its line. */
	readonly live: boolean;
	readonly write: (text: string) => void;
	/** Milliseconds, from anywhere. */
	readonly now: () => number;
}

/** Rates before this are noise. */
const SETTLE_MS = 200;
const LIVE_EVERY_MS = 100;
const PLAIN_EVERY_MS = 5000;
/** Nothing shows for what is done sooner. */
const SILENT_MS = 500;

const ERASE_LINE = "\r\u001b[K";

/** Share, amounts, rate and remaining time: `Reading  41 %  1.2 of 2.9 GB  640 MB/s  3 s left`. */
export function formatProgress({ label, doneBytes, totalBytes, elapsedMs }: ProgressState): string {
	const parts = [label];
	const known = totalBytes !== undefined && totalBytes > 0;
	if (known) parts.push(`${Math.floor(Math.min(1, doneBytes / totalBytes) * 100)} %`);
	parts.push(known ? `${formatBytes(doneBytes)} of ${formatBytes(totalBytes)}` : formatBytes(doneBytes));
	if (elapsedMs >= SETTLE_MS && doneBytes > 0) {
		const bytesPerSecond = doneBytes / (elapsedMs / 1000);
		parts.push(`${formatBytes(bytesPerSecond)}/s`);
		if (known) parts.push(`${formatSeconds(Math.max(0, totalBytes - doneBytes) / bytesPerSecond)} left`);
	}
	return parts.join("  ");
}

export class Progress {
	readonly #options: ProgressOptions;
	readonly #label: string;
	readonly #startedMs: number;
	#shownMs: number;
	#live = false;

	constructor(label: string, options: ProgressOptions) {
		this.#options = options;
		this.#label = label;
		this.#startedMs = options.now();
		// The first line comes after SILENT_MS live, after PLAIN_EVERY_MS otherwise.
		this.#shownMs = this.#startedMs + (options.live ? SILENT_MS - LIVE_EVERY_MS : 0);
	}

	/** May be called as often as one likes; writes only when it is time. */
	update(doneBytes: number, totalBytes?: number): void {
		const { live, now, write, width } = this.#options;
		const atMs = now();
		if (atMs - this.#shownMs < (live ? LIVE_EVERY_MS : PLAIN_EVERY_MS)) return;
		this.#shownMs = atMs;
		const elapsedMs = atMs - this.#startedMs;
		const text = formatProgress({ label: this.#label, doneBytes, totalBytes, elapsedMs });
		if (!live) {
			write(`${text}\n`);
			return;
		}
		const bar = totalBytes ? this.#bar(Math.min(1, doneBytes / totalBytes), width - text.length - 3) : "";
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
