/**
 * The files of a run. They appear in their folder together, under their names, once all are whole; a run that fails or is
 * interrupted leaves the folder as it was.
 */
import { closeSync, openSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { temporaryName, writeFailure } from "../lib/atomic-file.js";
import { UserError } from "../lib/errors.js";

export const TRUTH_FILE = "truth.json";
export const traceFile = (rank: number): string => `rank${rank}.json.gz`;

/** What would be read as a trace of the set. */
const TRACE = /^[^.].*\.json(\.gz|\.zst)?$/;
/** What a run writes, and may replace. */
const OURS = /^(rank\d+\.json\.gz|truth\.json)$/;

/**
 * @param force whether files of an earlier run may be replaced.
 * @throws UserError where the folder holds other traces.
 */
export function refuseOtherTraces(folder: string, force: boolean): void {
	const other = filesOf(folder).find((name) => TRACE.test(name) && !(force && OURS.test(name)));
	if (other === undefined) return;
	throw new UserError(
		OURS.test(other)
			? `${folder}: holds ${other} of another run; choose an empty folder, or --force to replace that run`
			: `${folder}: holds ${other}, which lumos synth has not written; choose an empty folder`,
	);
}

export class TraceSet {
	/** Name -> temporary path beside it. */
	readonly #files = new Map<string, string>();

	/** @param folder must exist. */
	constructor(readonly folder: string) {}

	/**
	 * An empty file to write `name` to for now. It is made here, not where it is written: a worker that is a moment
	 * behind a process that ends then finds it gone, instead of making it anew.
	 * @throws UserError or EnvironmentError where it cannot be made.
	 */
	temporary(name: string): string {
		const path = join(this.folder, name);
		const temporary = temporaryName(path);
		try {
			closeSync(openSync(temporary, "wx", 0o666));
		} catch (error) {
			throw writeFailure(path, error);
		}
		this.#files.set(name, temporary);
		return temporary;
	}

	/** Puts all files in their places, and takes away what an earlier run left besides. */
	commit(): void {
		for (const name of filesOf(this.folder)) {
			if (OURS.test(name) && !this.#files.has(name)) rmSync(join(this.folder, name));
		}
		for (const [name, temporary] of this.#files) renameSync(temporary, join(this.folder, name));
		this.#files.clear();
	}

	/** As if nothing had happened. */
	discard(): void {
		for (const temporary of this.#files.values()) rmSync(temporary, { force: true });
	}
}

function filesOf(folder: string): string[] {
	try {
		return readdirSync(folder);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
		throw writeFailure(folder, error);
	}
}
