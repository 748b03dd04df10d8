/** Nanoseconds in a microsecond and a millisecond. Times inside Lumos are nanoseconds, in f64. */
export const NS_PER_US = 1e3;
export const NS_PER_MS = 1e6;

export function nsToMs(ns: number): number {
	return ns / NS_PER_MS;
}

export function nsToUs(ns: number): number {
	return ns / NS_PER_US;
}
