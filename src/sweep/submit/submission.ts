/**
 * What has been submitted, kept beside the journals, so that whoever starts the same command again waits for the jobs
 * that are there instead of starting them twice.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { writeFileAtomic } from "../../lib/atomic-file.js";
import { UserError } from "../../lib/errors.js";
import type { Scheduler } from "./scheduler.js";
import type { SubmittedJob } from "./supervise.js";

const index = z.number().int().nonnegative();

const submission = z.strictObject({
	schema: z.literal("lumos.submission/1"),
	scheduler: z.enum(["slurm", "kubernetes"]),
	/** Stands for what is searched. */
	sweep: z.string(),
	shards: index.positive(),
	/** Oldest first. */
	jobs: z.array(z.strictObject({ job: z.string(), shards: z.array(index) })),
});

export interface Submission {
	readonly schema: "lumos.submission/1";
	readonly scheduler: Scheduler["name"];
	readonly sweep: string;
	readonly shards: number;
	readonly jobs: readonly SubmittedJob[];
}

const FILE = "submission.json";

/**
 * What the folder has of this sweep; without jobs where it has nothing.
 * @throws UserError where it belongs to another sweep, or cannot be read.
 */
export function loadSubmission(journal: string, fresh: Omit<Submission, "schema" | "jobs">): Submission {
	const path = join(journal, FILE);
	const empty: Submission = { schema: "lumos.submission/1", ...fresh, jobs: [] };
	if (!existsSync(path)) return empty;
	const found = parse(readFileSync(path, "utf8"));
	if (found === undefined)
		throw new UserError(`${path}: is no record of a submitted sweep; remove it or choose another folder`);
	const differs = (["scheduler", "shards", "sweep"] as const).find((key) => found[key] !== fresh[key]);
	if (differs === undefined) return found;
	const what = { scheduler: "to another scheduler", shards: "in another number of shards", sweep: "for another sweep" };
	throw new UserError(
		`${journal}: has been submitted ${what[differs]}; choose another --journal, or remove that folder`,
	);
}

export function saveSubmission(journal: string, what: Submission): void {
	writeFileAtomic(join(journal, FILE), [Buffer.from(`${JSON.stringify(what, null, "\t")}\n`)]);
}

function parse(text: string): Submission | undefined {
	try {
		return submission.safeParse(JSON.parse(text)).data;
	} catch {
		return undefined;
	}
}
