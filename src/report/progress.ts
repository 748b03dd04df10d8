/** Progress of a long read. */
import { formatBytes, formatSeconds } from "../lib/format.js";
import { type ProgressOptions, StatusLine } from "./status-line.js";

export interface ProgressState {
	readonly label: string;
	readonly doneBytes: number;
	/** Undefined where it is not known. */
	readonly totalBytes: number | undefined;
	readonly elapsedMs: number;
}

/** Rates before this are noise. */
const SETTLE_MS = 200;

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
	readonly #line: StatusLine;
	readonly #label: string;

	constructor(label: string, options: ProgressOptions) {
		this.#line = new StatusLine(options);
		this.#label = label;
	}

	/** May be called as often as one likes; writes only when it is time. */
	update(doneBytes: number, totalBytes?: number): void {
		const share = totalBytes ? Math.min(1, doneBytes / totalBytes) : undefined;
		this.#line.update((elapsedMs) => formatProgress({ label: this.#label, doneBytes, totalBytes, elapsedMs }), share);
	}

	/** Takes the live bar away again, whatever the outcome. */
	finish(): void {
		this.#line.finish();
	}
}
