/** What the supervision of shards needs of a cluster's scheduler. */

/** Shards of a job that have not ended. */
export interface Alive {
	readonly shards: ReadonlySet<number>;
	/** How many of them run; the others wait. */
	readonly running: number;
}

export interface Scheduler {
	readonly name: "slurm" | "kubernetes";
	/** What `submit` hands over, as text: a script or a manifest. */
	describe(shards: readonly number[]): string;
	/**
	 * Starts these shards.
	 * @returns the job's name, by which the scheduler knows it
	 * @throws EnvironmentError where the scheduler refuses it.
	 */
	submit(shards: readonly number[]): Promise<string>;
	/**
	 * @param shards those that `job` was submitted with
	 * @throws EnvironmentError where the scheduler does not answer.
	 */
	alive(job: string, shards: readonly number[]): Promise<Alive>;
	/** A command that ends the job. */
	cancelCommand(job: string): string;
	/** Where the output of a shard is. */
	outputOf(job: string, shard: number): string;
}
