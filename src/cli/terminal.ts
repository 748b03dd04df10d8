/** What the process knows of its terminal: the only place that asks. */
import { EnvironmentError } from "../lib/errors.js";
import { Progress } from "../report/progress.js";
import { type ProgressOptions, StatusLine } from "../report/status-line.js";
import type { Look } from "../report/style.js";

/** Columns where there is no terminal to ask. */
const DEFAULT_WIDTH = 100;

function look(stream: NodeJS.WriteStream): Look {
	const { NO_COLOR, FORCE_COLOR, COLUMNS, LANG, LC_ALL, LC_CTYPE, TERM } = process.env;
	const forced = FORCE_COLOR !== undefined && FORCE_COLOR !== "0";
	const plain = NO_COLOR !== undefined && NO_COLOR !== "";
	// The locale decides on block characters; without one (containers, CI) UTF-8 is taken for granted.
	const locale = LC_ALL || LC_CTYPE || LANG || "";
	return {
		color: !plain && (forced || (stream.isTTY === true && TERM !== "dumb")),
		width: stream.columns ?? (Number(COLUMNS) || DEFAULT_WIDTH),
		unicode: locale === "" || /utf-?8/i.test(locale) || !/^(C|POSIX)$/.test(locale),
	};
}

export const stdoutLook = (): Look => look(process.stdout);

function stderrOptions(): ProgressOptions {
	return {
		...look(process.stderr),
		live: process.stderr.isTTY === true,
		write: (text) => process.stderr.write(text),
		now: () => performance.now(),
	};
}

export const stderrProgress = (label: string): Progress => new Progress(label, stderrOptions());

export const stderrStatus = (): StatusLine => new StatusLine(stderrOptions());

/** Highest resident memory of this process so far, MB (10^6 bytes). */
export function peakRssMb(): number {
	return (process.resourceUsage().maxRSS * 1024) / 1e6;
}

/** A reader that goes away (`| head`) is no error of ours: EPIPE stays what it is. */
export function stdoutFailure(error: NodeJS.ErrnoException): Error {
	return error.code === "EPIPE" ? error : new EnvironmentError(`stdout: cannot be written (${error.code})`);
}

/** Results go to stdout, whole, before the process ends. */
export function print(text: string): Promise<void> {
	return new Promise((resolve, reject) => {
		const whole = text.endsWith("\n") ? text : `${text}\n`;
		process.stdout.write(whole, (error) => (error ? reject(stdoutFailure(error)) : resolve()));
	});
}
