/**
 * Ctrl-C and kill: the process ends at once with the code that shells expect, and what was half written goes.
 *
 * Node runs a handler only between two pieces of work, which a long computation on this thread does not leave. While
 * one is under way the signal itself therefore ends the process; shells report the same codes for that.
 */
import { setImmediate } from "node:timers/promises";
import { removeUnfinished } from "../lib/atomic-file.js";

/** 128 and the number of the signal. */
const EXIT_CODES = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

const handlers = Object.entries(EXIT_CODES).map(([signal, code]) => ({
	signal: signal as keyof typeof EXIT_CODES,
	stop: () => process.exit(code),
}));

export function exitOnSignals(): void {
	for (const { signal, stop } of handlers) process.on(signal, stop);
	process.on("exit", removeUnfinished);
}

/** Runs a computation that writes no file. */
export async function computing<T>(work: () => T): Promise<T> {
	// A signal that has come already still finds its handler.
	await setImmediate();
	for (const { signal, stop } of handlers) process.off(signal, stop);
	try {
		return work();
	} finally {
		for (const { signal, stop } of handlers) process.on(signal, stop);
	}
}

/**
 * Runs work that can be ended early and still has something to show: the first signal aborts `stop`, the next one ends
 * the process as ever.
 * @returns with the exit code that the signal asks for, where one came
 */
export async function stoppable<T>(
	work: (stop: AbortSignal) => Promise<T>,
): Promise<{ readonly value: T; readonly exitCode: number | undefined }> {
	const controller = new AbortController();
	let exitCode: number | undefined;
	const softly = handlers.map(({ signal, stop }) => ({
		signal,
		stop,
		soft: () => {
			exitCode = EXIT_CODES[signal];
			restore();
			controller.abort();
		},
	}));
	let isSoft = true;
	const restore = (): void => {
		if (!isSoft) return;
		isSoft = false;
		for (const { signal, stop, soft } of softly) process.off(signal, soft).on(signal, stop);
	};
	for (const { signal, stop, soft } of softly) process.off(signal, stop).on(signal, soft);
	try {
		return { value: await work(controller.signal), exitCode };
	} finally {
		restore();
	}
}
