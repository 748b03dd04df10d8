/** Small traces by hand, without a file or the reader: times in microseconds, as in the files. */
import { Category, type EventColumns, NONE, type Step, type Trace } from "../../src/trace/columns.js";

export interface HandEvent {
	readonly category: keyof typeof Category;
	readonly name: string;
	/** Microseconds. */
	readonly at: number;
	readonly takes: number;
	/** Thread of CPU events. @default "main" */
	readonly thread?: string;
	readonly stream?: number;
	readonly correlation?: number;
	readonly shape?: string;
	readonly bytes?: number;
	readonly sequence?: number;
	readonly message?: {
		collective: string;
		elems: number;
		group: readonly number[];
		seq?: number;
		src?: number;
		dst?: number;
	};
	readonly sync?: { waitOnStream?: number; recordCorrelation?: number };
}

export interface HandTrace {
	readonly rank?: number;
	readonly steps?: readonly { readonly step: number; readonly from: number; readonly to: number }[];
	/** `fwdbwd` flows: thread and time of both ends. */
	readonly flows?: readonly {
		readonly from: string;
		readonly fromAt: number;
		readonly to: string;
		readonly toAt: number;
	}[];
	readonly events: readonly HandEvent[];
}

export function handTrace({ rank = 0, steps = [], flows = [], events }: HandTrace): Trace {
	const strings = [""];
	const ids = new Map([["", 0]]);
	const intern = (text: string): number => {
		let id = ids.get(text);
		if (id === undefined) {
			id = strings.push(text) - 1;
			ids.set(text, id);
		}
		return id;
	};
	const trackNames: string[] = [];
	const trackOf = (name: string): number => {
		const known = trackNames.indexOf(name);
		return known >= 0 ? known : trackNames.push(name) - 1;
	};
	const count = events.length;
	const ints = (of: (event: HandEvent) => number | undefined): Int32Array =>
		Int32Array.from(events, (event) => of(event) ?? NONE);
	const withMessage = events.flatMap((event, row) => (event.message ? [{ message: event.message, row }] : []));
	const withSync = events.flatMap((event, row) => (event.category === "sync" ? [{ sync: event.sync ?? {}, row }] : []));
	const detail = new Int32Array(count).fill(NONE);
	for (const [i, { row }] of withMessage.entries()) detail[row] = i;
	for (const [i, { row }] of withSync.entries()) detail[row] = i;
	const columns: EventColumns = {
		count,
		category: Uint8Array.from(events, (event) => Category[event.category]),
		name: Uint32Array.from(events, (event) => intern(event.name)),
		startNs: Float64Array.from(events, (event) => Math.round(event.at * 1000)),
		durNs: Float64Array.from(events, (event) => Math.round(event.takes * 1000)),
		track: Uint32Array.from(events, ({ stream, thread }) =>
			trackOf(stream === undefined ? (thread ?? "main") : `stream ${stream}`),
		),
		correlation: ints((event) => event.correlation),
		stream: ints((event) => event.stream),
		externalId: ints(() => undefined),
		sequence: ints((event) => event.sequence),
		shape: Uint32Array.from(events, (event) => intern(event.shape ?? "")),
		detail,
		bytes: Float64Array.from(events, (event) => event.bytes ?? 0),
	};
	const ends = events.map((event) => (event.at + event.takes) * 1000);
	const whole: Step = {
		step: "all",
		startNs: Math.min(...events.map((event) => event.at * 1000)),
		endNs: Math.max(...ends),
		track: NONE,
	};
	for (const { step } of steps) intern(`ProfilerStep#${step}`);
	const text = (of: (message: NonNullable<HandEvent["message"]>) => string): Uint32Array =>
		Uint32Array.from(withMessage, ({ message }) => intern(of(message)));
	const trace = {
		path: `rank${rank}.json`,
		bytes: 0,
		compressedBytes: 0,
		eventCount: count,
		skipped: [],
		warnings: [],
		baseNs: 0n,
		header: {},
		rank,
		rankFound: "metadata",
		worldSize: 1,
		worldSizeFound: "metadata",
		backend: "nccl",
		processGroups: [],
		deviceName: "hand",
		steps:
			steps.length === 0
				? [whole]
				: steps.map(({ step, from, to }) => ({ step, startNs: from * 1000, endNs: to * 1000, track: trackOf("main") })),
		events: columns,
		comms: {
			count: withMessage.length,
			event: Uint32Array.from(withMessage, ({ row }) => row),
			collective: text((message) => message.collective),
			dtype: text(() => "BFloat16"),
			inElems: Float64Array.from(withMessage, ({ message }) => message.elems),
			outElems: Float64Array.from(withMessage, ({ message }) => message.elems),
			groupSize: Int32Array.from(withMessage, ({ message }) => message.group.length),
			groupName: text((message) => message.group.join("-")),
			groupDesc: text(() => ""),
			groupRanks: text((message) => JSON.stringify(message.group)),
			seq: Int32Array.from(withMessage, ({ message }) => message.seq ?? NONE),
			srcRank: Int32Array.from(withMessage, ({ message }) => message.src ?? NONE),
			dstRank: Int32Array.from(withMessage, ({ message }) => message.dst ?? NONE),
		},
		syncs: {
			count: withSync.length,
			event: Uint32Array.from(withSync, ({ row }) => row),
			waitOnStream: Int32Array.from(withSync, ({ sync }) => sync.waitOnStream ?? NONE),
			recordCorrelation: Int32Array.from(withSync, ({ sync }) => sync.recordCorrelation ?? NONE),
			eventId: Int32Array.from(withSync, () => NONE),
		},
		forwardBackward: {
			count: flows.length,
			fromTrack: Uint32Array.from(flows, (flow) => trackOf(flow.from)),
			fromNs: Float64Array.from(flows, (flow) => flow.fromAt * 1000),
			toTrack: Uint32Array.from(flows, (flow) => trackOf(flow.to)),
			toNs: Float64Array.from(flows, (flow) => flow.toAt * 1000),
		},
		strings: {
			count: strings.length,
			get: (id: number) => strings[id]!,
			find: (name: string) => ids.get(name) ?? -1,
		},
	} satisfies Omit<Trace, "tracks">;
	return { ...trace, tracks: trackNames.map((name) => ({ pid: "1", tid: name, name: "", processName: "" })) };
}

let nextCorrelation = 1;

/** A launch of `cost` us and its kernel `latency` us after the call returned, or when `after` is over. */
export function launched(
	at: number,
	kernel: {
		readonly stream: number;
		readonly from: number;
		readonly takes: number;
		readonly name?: string;
		readonly message?: HandEvent["message"];
	},
	call: { readonly thread?: string; readonly cost?: number; readonly name?: string } = {},
): HandEvent[] {
	const correlation = nextCorrelation++;
	const { thread = "main", cost = 5, name = "cudaLaunchKernel" } = call;
	return [
		{ category: "runtime", name, at, takes: cost, thread, correlation },
		{
			category: "kernel",
			name: kernel.name ?? "gemm",
			at: kernel.from,
			takes: kernel.takes,
			stream: kernel.stream,
			correlation,
			...(kernel.message ? { message: kernel.message } : {}),
		},
	];
}
