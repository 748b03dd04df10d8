/**
 * What tells one operation of a communicator from another, as numbers that compare across ranks: the kernel, and the
 * message where it is recorded. Members of a match have the same of both.
 */
import type { RankComms } from "./rank-comms.js";

export interface Signatures {
	/** Of each operation; 0 fits any kernel. */
	readonly kernel: Uint32Array;
	/** Of each operation; 0 fits any message. */
	readonly message: Uint32Array;
	/** 1 where one member may end long before the others begin: whatever has a root or a sender. */
	readonly oneWay: Uint8Array;
}

/** Messages of these kinds are as large on every member. Others may be uneven, or count on the root alone. */
const EVEN =
	/^_?(all_?reduce|all_?gather_base|all_?gather_into_tensor\w*|reduce_?scatter_base|reduce_?scatter_tensor\w*|broadcast)$/i;
const ONE_WAY = /^(i?send|i?recv|_?broadcast\w*|_?reduce(_?oop)?|_?gather|_?scatter|batch_isend_irecv)$/i;
const ONE_WAY_KERNEL = /nccl(Dev)?Kernel_(Broadcast|Reduce)_/;
/** One kernel for everything: its name says nothing. */
const ANY_KERNEL = /Kernel_Generic/;

export function signaturesOf(ranks: readonly RankComms[]): Signatures[] {
	const ids = new Map<string, number>();
	const idOf = (text: string): number => {
		let id = ids.get(text);
		if (id === undefined) {
			id = ids.size + 1;
			ids.set(text, id);
		}
		return id;
	};
	return ranks.map(({ count, kernel, collective, dtype, inElems, outElems, strings }) => {
		const kernelIds = strings.map((name) => (ANY_KERNEL.test(name) ? 0 : idOf(name)));
		const textIds = strings.map((name) => idOf(name.toLowerCase().replace(/^_/, "")));
		const even = strings.map((name) => EVEN.test(name));
		const oneWayName = strings.map((name) => ONE_WAY.test(name));
		const oneWayKernel = strings.map((name) => ONE_WAY_KERNEL.test(name));
		const signatures = {
			kernel: new Uint32Array(count),
			message: new Uint32Array(count),
			oneWay: new Uint8Array(count),
		};
		for (let op = 0; op < count; op++) {
			const name = collective[op]!;
			signatures.kernel[op] = kernelIds[kernel[op]!]!;
			signatures.oneWay[op] = (name === 0 ? oneWayKernel[kernel[op]!] : oneWayName[name]) ? 1 : 0;
			// Both ends of a message call it differently.
			if (name === 0 || oneWayName[name]) continue;
			const size = even[name] ? mix(inElems[op]!, outElems[op]!) : 0;
			signatures.message[op] = mix(mix(textIds[name]!, textIds[dtype[op]!]!), size) || 1;
		}
		return signatures;
	});
}

/** A 32-bit hash of two numbers; two messages of one that differ are taken for the same, which costs little. */
function mix(a: number, b: number): number {
	const hash =
		Math.imul((a % 0x1_0000_0000) ^ 0x9e37_79b9, 0x85eb_ca6b) ^
		Math.imul((b % 0x1_0000_0000) + 0x7f4a_7c15, 0xc2b2_ae35);
	return (hash ^ (hash >>> 15)) >>> 0;
}

export const fits = (a: number, b: number): boolean => a === b || a === 0 || b === 0;
