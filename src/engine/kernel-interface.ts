/** What every build of the engine offers. */

export interface KernelExports {
	abiVersion(): number;
	heapBase(): number;
	areTimes(column: number, count: number, least: number): number;
	checkWaits(control: number): number;
	checkTasks(control: number, from: number, to: number): number;
	findStrands(control: number, from: number, to: number): void;
	openLaunchCounts(control: number): void;
	noteMeetings(control: number, from: number, to: number): void;
	countLaunches(control: number, from: number, to: number): number;
	placeLaunchers(control: number): number;
	listLaunches(control: number, from: number, to: number): number;
	openWorklist(control: number): void;
	runWorklist(control: number): number;
	receive(control: number, task: number, start: number, finish: number): void;
	prepareLoop(control: number): void;
	runInTimeOrder(control: number): number;
	orderTasks(control: number): void;
	layOutDelays(control: number): number;
	retime(control: number): number;
	followRanks(control: number): number;
	sumDevice(control: number, rank: number, plan: number): number;
}

/** One page less than 4 GiB: the end of the last section must be an address too. */
export const MAX_MEMORY_BYTES = 65_535 * 65_536;

export type EngineMode = "wasm" | "reference";

export interface Kernel {
	readonly mode: EngineMode;
	readonly exports: KernelExports;
	/** The first byte that the arena may use. */
	readonly base: number;
	/** Makes the memory at least so many bytes long; throws an EnvironmentError where it cannot be. */
	grow(bytes: number): void;
	/** The memory as it is now: views over it live until the next `grow`. */
	buffer(): ArrayBufferLike;
	/** Whether a buffer is this memory, now or before it grew: a column over it need not be copied. */
	owns(buffer: ArrayBufferLike): boolean;
}
