/**
 * What a communication task moves, as the text that stands in its shape: it tells one kind of message from another in
 * the graph and is read back for reports.
 */
export interface Message {
	/** As recorded: `allreduce`, `_allgather_base`, `send`, … */
	readonly collective: string;
	readonly inElems: number;
	readonly outElems: number;
	readonly dtype: string;
	/** The ranks of the process group as recorded, or its name. */
	readonly group: string;
}

const PATTERN = /^(\S+) (-?\d+)>(-?\d+) (\S*) in (.*)$/;

export function formatMessage({ collective, inElems, outElems, dtype, group }: Message): string {
	return `${collective.replaceAll(/\s+/g, "-") || "message"} ${inElems}>${outElems} ${dtype.replaceAll(/\s+/g, "-")} in ${group}`;
}

/** Undefined for a shape that is no message: communication without metadata keeps its launch grid. */
export function parseMessage(text: string): Message | undefined {
	const found = PATTERN.exec(text);
	if (!found) return undefined;
	const [, collective, inElems, outElems, dtype, group] = found as unknown as [
		string,
		string,
		string,
		string,
		string,
		string,
	];
	return { collective, inElems: Number(inElems), outElems: Number(outElems), dtype, group };
}

/** Bytes of an element by the dtype names PyTorch writes; the first that fits. */
const DTYPE_BYTES: readonly (readonly [RegExp, number])[] = [
	[/Double|Long|int64|float64/i, 8],
	[/BFloat16|Half|float16|bf16|Short/i, 2],
	[/Byte|Char|Bool|Float8|int8|fp8/i, 1],
	[/Float|Int/i, 4],
];

/** The larger of what goes in and what comes out; 0 where the trace does not say. */
export function messageBytes({ inElems, outElems, dtype }: Message): number {
	const elementBytes = DTYPE_BYTES.find(([pattern]) => pattern.test(dtype))?.[1] ?? 0;
	return Math.max(0, inElems, outElems) * elementBytes;
}
