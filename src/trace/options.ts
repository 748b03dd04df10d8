export interface ReadOptions {
	/** Refuse a file that is truncated or corrupt, instead of taking its whole events. */
	readonly strict?: boolean;
	/** Refuse a file whose text is longer than this. @default 256 GiB */
	readonly maxBytes?: number;
	/**
	 * Refuse a compressed file whose text is more than this many times as long as the file (checked from 64 MiB of text
	 * on). Recorded traces compress 10 to 30 times, synthetic ones up to 100 times. @default 300
	 */
	readonly maxRatio?: number;
	/** Called a few times a second at most: compressed bytes read, of how many, and events so far. */
	readonly onProgress?: (bytesRead: number, bytesTotal: number, events: number) => void;
	/** The rank of this trace, whatever the file says. */
	readonly rank?: number;
	/**
	 * Do all the work on this thread, a file at once where it is not too long: less work in total, for one of several
	 * readers. Else a second thread inflates. @default false
	 */
	readonly oneThread?: boolean;
	/** Keep every Python frame as a row of `Category.module`, not only `nn.Module` ones. */
	readonly keepPython?: boolean;
}

export const DEFAULT_MAX_BYTES = 256 * 1024 ** 3;
export const DEFAULT_MAX_RATIO = 300;
/** Below this much text no ratio is suspicious. */
export const RATIO_FREE_BYTES = 64 * 1024 ** 2;
