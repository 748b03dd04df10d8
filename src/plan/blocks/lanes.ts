/** The processors of a rank in plans that are made from descriptions. */
import type { Lane } from "../block.js";

/** One thread launches everything: backward passes, too, whose own thread hands over to it and back. */
export const MAIN = 0;
export const COMPUTE = 1;
export const TENSOR = 2;
export const CONTEXT = 3;
export const EXPERT = 4;
export const DATA = 5;
/** Blocking messages between stages; with messages of their own streams, the activations that are sent. */
export const SEND_FORWARD = 6;
export const RECEIVE_FORWARD = 7;
export const SEND_BACKWARD = 8;
export const RECEIVE_BACKWARD = 9;
/** Groups that span pipeline stages: tied embeddings, the norm of all gradients. */
export const MODEL = 10;

const stream = (id: number, name: string): Lane => ({ kind: "stream", id: String(id), name: `stream ${id} ${name}` });

/** By the numbers above. */
export const LANES: readonly Lane[] = [
	{ kind: "thread", id: "1", name: "main thread" },
	stream(7, "compute"),
	stream(20, "tensor parallel"),
	stream(24, "context parallel"),
	stream(28, "expert parallel"),
	stream(32, "data parallel"),
	stream(36, "send to next stage"),
	stream(37, "receive from previous stage"),
	stream(38, "send to previous stage"),
	stream(39, "receive from next stage"),
	stream(40, "across stages"),
];
