/**
 * The folder of a trace set: all files of a run appear in it together, under their names, once all are whole. A run that
 * fails or is interrupted leaves it as it was.
 */
import { mkdirSync, readdirSync, renameSync, rmdirSync, rmSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { temporaryName, writeFailure } from "../lib/atomic-file.js";
import { UserError } from "../lib/errors.js";

export const TRUTH_FILE = "truth.json";
const TRACE = /\.(json|gz|zst|lumos)$/;
/** What a run of `lumos synth` writes, and may replace. */
const OURS = /^(rank\d+\.json\.gz|truth\.json)$/;

export const traceFile = (rank: number): string => `rank${rank}.json.gz`;

export class OutputFolder {
	/** Name -> temporary name beside it. */
	readonly #files = new Map<string, string>();
	readonly #made: string[] = [];

	private constructor(readonly path: string) {}

	/**
	 * @param force whether files of an earlier run may be replaced.
	 * @throws UserError where there is no folder and none can be made, or where it holds other traces.
	 */
	static open(given: string, force: boolean): OutputFolder {
		if (given === "") throw new UserError("--out is empty; name the folder to write to");
		const folder = new OutputFolder(resolve(given));
		try {
			folder.#make(folder.path);
			const there = readdirSync(folder.path).filter((name) => TRACE.test(name) && !name.startsWith("."));
			const foreign = there.find((name) => !force || !OURS.test(name));
			if (foreign !== undefined)
				throw new UserError(
					OURS.test(foreign)
						? `${given}: holds ${foreign} of another run; choose an empty folder, or --force to replace that run`
						: `${given}: holds ${foreign}, which is not of lumos synth; choose an empty folder`,
				);
		} catch (error) {
			folder.discard();
			throw error instanceof UserError ? error : writeFailure(given, error);
		}
		return folder;
	}

	/** Where to write `name` for now. */
	temporary(name: string): string {
		const temporary = temporaryName(join(this.path, name));
		this.#files.set(name, temporary);
		return temporary;
	}

	/** Puts all files in their places, and takes away what an earlier run left besides. */
	commit(): void {
		for (const name of readdirSync(this.path)) {
			if (OURS.test(name) && !this.#files.has(name)) rmSync(join(this.path, name));
		}
		for (const [name, temporary] of this.#files) renameSync(temporary, join(this.path, name));
		this.#files.clear();
	}

	/** As if nothing had happened. */
	discard(): void {
		for (const temporary of this.#files.values()) rmSync(temporary, { force: true });
		for (const folder of this.#made.reverse()) {
			try {
				rmdirSync(folder);
			} catch {
				// Somebody else has put something there meanwhile.
			}
		}
	}

	/** One by one: Node's recursive mkdir never returns from some file systems. */
	#make(path: string): void {
		try {
			if (!statSync(path).isDirectory()) throw Object.assign(new Error(), { code: "ENOTDIR" });
			return;
		} catch (error) {
			if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
		}
		this.#make(dirname(path));
		mkdirSync(path);
		this.#made.push(path);
	}
}
