// A worker of a sweep that ends in the middle of its work: always on 13, on 7 only the first time.
import { workerData } from "piscina";

const shared = new Int32Array(workerData.inputs);

export default function evaluate(chunk) {
	if (chunk.includes(13)) process.exit(1);
	if (chunk.includes(7) && Atomics.add(shared, 0, 1) === 0) process.exit(1);
	return chunk.map((index) => ({ index, iterationMs: index }));
}
