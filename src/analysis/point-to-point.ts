/**
 * Which communication is from one rank to another. There the receiver waits because its turn in the pipeline is later,
 * not because the sender is slower than its peers; in a collective all members do the same at the same time.
 */
import { parseMessage } from "../graph/message.js";

/** NCCL sends, receives and all-to-alls run the same kernel: the recorded operation tells them apart. */
const KERNEL = /SendRecv/i;
const SEND_OR_RECEIVE = /^i?(send|recv)/i;
/** What PyTorch records for a batch of operations: the kernel says of which. */
const BATCH = "coalesced";

export function isPointToPoint(shape: string, name: string): boolean {
	const message = parseMessage(shape);
	if (message === undefined || message.collective === BATCH) return KERNEL.test(name);
	return SEND_OR_RECEIVE.test(message.collective);
}

/** The same for tasks, each pair of shape and name looked at once. */
export function pointToPointTest(
	strings: readonly string[],
): (graph: { readonly shape: Uint32Array; readonly name: Uint32Array }, task: number) => boolean {
	const known = new Map<number, boolean>();
	return ({ shape, name }, task) => {
		const key = shape[task]! * strings.length + name[task]!;
		let answer = known.get(key);
		if (answer === undefined) {
			answer = isPointToPoint(strings[shape[task]!]!, strings[name[task]!]!);
			known.set(key, answer);
		}
		return answer;
	};
}
