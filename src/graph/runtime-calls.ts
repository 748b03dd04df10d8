/**
 * What a runtime or driver call does to the order of things, by its name: CUDA, HIP and their relatives share the verbs.
 *
 * Whether a call launches is not said here: a call launches if the trace holds device work of its correlation id.
 */
import type { StringTable } from "../trace/columns.js";

export const CallRole = {
	other: 0,
	/** Waits for everything launched on the device. */
	deviceSync: 1,
	/** Waits for everything launched on one stream. */
	streamSync: 2,
	/** Waits for one recorded event. */
	eventSync: 3,
	/** Marks the work launched so far on a stream. */
	eventRecord: 4,
	/** Makes a stream wait for a mark; the CPU goes on. */
	streamWaitEvent: 5,
	/** A copy that may block its caller until the copy is done. */
	copy: 6,
} as const;
export type CallRole = (typeof CallRole)[keyof typeof CallRole];

const ROLES: readonly (readonly [RegExp, CallRole])[] = [
	[/(Device|Ctx|Context)Synchronize/, CallRole.deviceSync],
	[/StreamSynchronize/, CallRole.streamSync],
	[/EventSynchronize/, CallRole.eventSync],
	[/EventRecord/, CallRole.eventRecord],
	[/StreamWaitEvent/, CallRole.streamWaitEvent],
	[/Memcpy/, CallRole.copy],
];

/** The role of each interned name, worked out once a name. */
export class CallRoles {
	private readonly known: Int8Array;

	constructor(private readonly strings: StringTable) {
		this.known = new Int8Array(strings.count).fill(-1);
	}

	of(nameId: number): CallRole {
		const known = this.known[nameId]!;
		if (known >= 0) return known as CallRole;
		const name = this.strings.get(nameId);
		const role = ROLES.find(([pattern]) => pattern.test(name))?.[1] ?? CallRole.other;
		this.known[nameId] = role;
		return role;
	}
}

/**
 * Whether a copy call returns only when the copy is over, from the names of call and copy.
 *
 * CUDA Runtime API, "API synchronization behavior": copies from device to pageable memory return once done; copies
 * from pageable memory of more than 64 KiB return once staged, after the stream has reached them; `cudaMemcpy` without
 * Async blocks. HIP: `hipMemcpyWithStream` and `hipMemcpy` block.
 */
export function copyMayBlock(callName: string, copyName: string, bytes: number): boolean {
	if (/WithStream/.test(callName) || !/Async/.test(callName)) return true;
	if (!/Pageable/.test(copyName)) return false;
	return /DtoH/.test(copyName) || bytes > 64 * 1024;
}
