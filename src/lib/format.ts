/** Numbers for people: fixed, locale-free forms. */

const UNITS = ["B", "KB", "MB", "GB", "TB"] as const;

/** Decimal units, three significant figures: `61.2 MB`. */
export function formatBytes(bytes: number): string {
	let value = bytes;
	let unit = 0;
	while (value >= 999.5 && unit < UNITS.length - 1) {
		value /= 1000;
		unit++;
	}
	return `${unit === 0 ? value.toFixed(0) : significant(value)} ${UNITS[unit]}`;
}

/** Groups of three: `12,345,678`. */
export function formatCount(count: number): string {
	return Math.round(count)
		.toString()
		.replace(/\B(?=(\d{3})+$)/g, ",");
}

/** A duration given in milliseconds, in the unit that suits it: `730 ns`, `12.3 us`, `58.21 ms`, `3.20 s`, `2 min 05 s`. */
export function formatMs(ms: number): string {
	const size = Math.abs(ms);
	if (size === 0) return "0 ms";
	if (size < 0.001) return `${(ms * 1e6).toFixed(0)} ns`;
	if (size < 1) return `${significant(ms * 1e3)} us`;
	if (size < 1000) return `${fixedFrom(ms)} ms`;
	if (size < 60_000) return `${(ms / 1000).toFixed(2)} s`;
	return formatSeconds(ms / 1000);
}

/** Whole seconds, for remaining times: `8 s`, `2 min 05 s`, `3 h 20 min`. */
export function formatSeconds(seconds: number): string {
	const whole = Math.round(seconds);
	if (whole < 60) return `${whole} s`;
	const minutes = Math.floor(whole / 60);
	if (minutes < 60) return `${minutes} min ${String(whole % 60).padStart(2, "0")} s`;
	return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")} min`;
}

/** A signed percentage: `+0.42 %`, `-1.30 %`, `0.00 %`. */
export function formatSignedPct(pct: number): string {
	const text = Math.abs(pct).toFixed(2);
	return `${Number(text) === 0 ? "" : pct < 0 ? "-" : "+"}${text} %`;
}

/** A share in [0, 1] as a percentage: `41.7 %`. */
export function formatShare(share: number): string {
	return `${(share * 100).toFixed(1)} %`;
}

function significant(value: number): string {
	const size = Math.abs(value);
	return value.toFixed(size >= 99.95 ? 0 : size >= 9.995 ? 1 : 2);
}

function fixedFrom(ms: number): string {
	return ms.toFixed(Math.abs(ms) >= 99.995 ? 1 : 2);
}
