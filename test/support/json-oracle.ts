/**
 * Reads a trace the slow way, with JSON.parse and objects, knowing nothing of the scanner: what readTrace must agree with.
 * Times are exact: the digits of `ts` and `dur` are kept as text before JSON.parse turns them into doubles.
 */

export interface OracleRow {
	readonly category: string;
	readonly name: string;
	readonly startNs: number;
	readonly durNs: number;
	readonly pid: string;
	readonly tid: string;
	readonly correlation: number;
	readonly stream: number;
	readonly externalId: number;
	readonly sequence: number;
	readonly shape: string;
	readonly bytes: number;
	readonly comm?: Readonly<Record<string, string | number>>;
	readonly sync?: Readonly<Record<string, number>>;
}

export interface OracleTrace {
	readonly eventCount: number;
	readonly baseNs: bigint;
	readonly rows: readonly OracleRow[];
	/** `from track@ns to track@ns`, sorted. */
	readonly flows: readonly string[];
	/** Rows by what they are not kept for. */
	readonly skipped: Readonly<Record<string, number>>;
	readonly names: Readonly<Record<string, string>>;
	readonly header: Readonly<Record<string, unknown>>;
}

type Fields = Readonly<Record<string, unknown>>;

const categories: Readonly<Record<string, string>> = {
	cpu_op: "cpuOp",
	Operator: "cpuOp",
	user_annotation: "userAnnotation",
	cuda_runtime: "runtime",
	cuda_driver: "runtime",
	Runtime: "runtime",
	mtia_runtime: "runtime",
	xpu_driver: "runtime",
	kernel: "kernel",
	Kernel: "kernel",
	mtia_ccp_events: "kernel",
	gpu_memcpy: "memcpy",
	Memcpy: "memcpy",
	gpu_memset: "memset",
	Memset: "memset",
	gpu_user_annotation: "gpuAnnotation",
	cuda_sync: "sync",
	python_function: "python",
	overhead: "overhead",
};
const onDevice = new Set(["kernel", "memcpy", "memset", "gpuAnnotation", "sync"]);
const phases: Readonly<Record<string, string>> = { i: "instant events", I: "instant events", C: "counters" };

/** Keeps what JSON.parse loses or refuses: digits of times, control characters, NaN. */
function parseExactly(text: string): unknown {
	const token = /"((?:[^"\\]|\\.)*)"(?:(\s*:\s*)(-?(?:\d[\d.eE+-]*|NaN|nan|Infinity|inf)))?/gs;
	const exact = text.replace(token, (_, body: string, colon?: string, number?: string) => {
		// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
		const clean = body.replace(/[\u0000-\u001f]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
		if (colon === undefined || number === undefined) return `"${clean}"`;
		if (body === "ts" || body === "dur") return `"${clean}"${colon}"${number}"`;
		return `"${clean}"${colon}${/\d/.test(number) ? number : "null"}`;
	});
	return JSON.parse(exact);
}

/** Microseconds as text, in nanoseconds: half away from zero. */
function toNs(value: unknown): bigint | undefined {
	const match = /^(-?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/.exec(String(value));
	if (match === null || !/\d/.test((match[2] ?? "") + (match[3] ?? ""))) return undefined;
	const [, sign, whole = "", decimals = "", exponent = "0"] = match;
	const digits = BigInt(whole + decimals || "0");
	const shift = 3 + Number(exponent) - decimals.length;
	let ns: bigint;
	if (shift >= 0) ns = digits * 10n ** BigInt(shift);
	else {
		const unit = 10n ** BigInt(-shift);
		ns = (digits + unit / 2n) / unit;
	}
	return sign === "-" ? -ns : ns;
}

function integer(value: unknown): number | undefined {
	if (typeof value === "number") return Math.round(value);
	if (typeof value === "string" && /^-?\d+$/.test(value)) return Number(value);
	return undefined;
}

function low32(value: unknown): number {
	const number = integer(value);
	return number === undefined ? -1 : Number(BigInt.asIntN(32, BigInt(number)));
}

function plain(value: unknown): string {
	if (typeof value === "string") return value;
	return typeof value === "number" ? String(value) : "";
}

function unquoted(value: unknown): string {
	if (Array.isArray(value)) return JSON.stringify(value);
	return plain(value).replace(/^"(.*)"$/s, "$1");
}

function streamOf(category: string, args: Fields, tid: string): number {
	if (!onDevice.has(category)) return -1;
	if (integer(args.stream) !== undefined) return low32(args.stream);
	if (/^-?(0|[1-9]\d{0,14})$/.test(tid)) {
		const number = Number(tid);
		if (number >= 1e6 && number < 2e6) return number - 1e6;
		return number < 0 || number >= 2 ** 31 ? -1 : number;
	}
	return Number(/\D(\d{1,6})$/.exec(tid)?.[1] ?? -1);
}

function shapeOf(category: string, args: Fields): string {
	const dims = args["Input Dims"] ?? args["Input dims"];
	if (dims !== undefined) return JSON.stringify(dims);
	if (category !== "kernel" || args.grid === undefined) return "";
	return `${JSON.stringify(args.grid)}/${args.block === undefined ? "" : JSON.stringify(args.block)}`;
}

function commOf(args: Fields): OracleRow["comm"] {
	if (args["Collective name"] === undefined && args["Process Group Name"] === undefined) return undefined;
	const number = (value: unknown): number => integer(value) ?? -1;
	return {
		collective: unquoted(args["Collective name"]),
		dtype: unquoted(args.dtype),
		inElems: number(args["In msg nelems"]),
		outElems: number(args["Out msg nelems"]),
		groupSize: low32(args["Group size"]),
		groupName: unquoted(args["Process Group Name"]),
		groupDesc: unquoted(args["Process Group Description"]),
		groupRanks: unquoted(args["Process Group Ranks"]),
		seq: low32(args.Seq),
		srcRank: low32(args["Src Rank"]),
		dstRank: low32(args["Dst Rank"]),
	};
}

function syncOf(args: Fields): NonNullable<OracleRow["sync"]> {
	return {
		waitOnStream: low32(args.wait_on_stream),
		recordCorrelation: low32(args.wait_on_cuda_event_record_corr_id),
		eventId: low32(args.wait_on_cuda_event_id),
	};
}

/** For whole documents without begin/end pairs. */
export function readWithJsonParse(text: string): OracleTrace {
	const document = parseExactly(text) as Fields | unknown[];
	const events = (Array.isArray(document) ? document : document.traceEvents) as Fields[];
	const header = Array.isArray(document) ? {} : { ...document };
	delete (header as Record<string, unknown>).traceEvents;
	const rows: OracleRow[] = [];
	const skipped: Record<string, number> = {};
	const names: Record<string, string> = {};
	const open = new Map<string, { ph: string; end: string }>();
	let flowEnds = 0;
	const flows: string[] = [];
	let base: bigint | undefined;
	const skip = (what: string): void => {
		skipped[what] = (skipped[what] ?? 0) + 1;
	};
	const relative = (ns: bigint): number => {
		base ??= ns;
		return Number(ns - base);
	};
	for (const event of events) {
		const args = (event.args ?? {}) as Fields;
		const pid = plain(event.pid);
		const tid = plain(event.tid);
		const cat = plain(event.cat);
		const name = plain(event.name);
		if (event.ph === "M") {
			const label = args.name ?? args.labels;
			if (name === "thread_name") names[`${pid}/${tid}`] = plain(label);
		} else if (event.ph === "s" || event.ph === "t" || event.ph === "f") {
			const ns = toNs(event.ts);
			if (cat !== "fwdbwd" || event.id === undefined) skip(cat === "" ? "flow events without category" : cat);
			else if (ns === undefined) skip("events without a time");
			else {
				const end = `${pid}/${tid}@${relative(ns)}`;
				const id = plain(event.id);
				flowEnds++;
				const other = open.get(id);
				if (event.ph === "t") continue;
				if (other === undefined || other.ph === event.ph) open.set(id, { ph: event.ph, end });
				else {
					open.delete(id);
					flows.push(event.ph === "f" ? `${other.end} ${end}` : `${end} ${other.end}`);
				}
			}
		} else if (event.ph === "X") {
			const bare = low32(args.stream) >= 0 ? "kernel" : "cpuOp";
			let category = cat === "" ? bare : (categories[cat] ?? "other");
			if (category === "python") category = name.startsWith("nn.Modul") ? "module" : "other";
			if (category === "other") {
				skip(cat);
				continue;
			}
			const ns = toNs(event.ts);
			if (ns === undefined) {
				skip("events without a time");
				continue;
			}
			const dur = toNs(event.dur ?? 0) ?? 0n;
			const moves = category === "memcpy" || category === "memset";
			const comm = category === "sync" ? undefined : commOf(args);
			rows.push({
				category,
				name,
				startNs: relative(ns),
				durNs: dur < 0n ? 0 : Number(dur),
				pid,
				tid,
				correlation: low32(args.correlation),
				stream: streamOf(category, args, tid),
				externalId: low32(args["External id"] ?? args["external id"]),
				sequence: low32(args["Sequence number"]),
				shape: shapeOf(category, args),
				bytes: moves ? (integer(args.bytes) ?? 0) : 0,
				...(comm === undefined ? {} : { comm }),
				...(category === "sync" ? { sync: syncOf(args) } : {}),
			});
		} else {
			skip(phases[String(event.ph)] ?? `events of phase ${JSON.stringify(event.ph)}`);
		}
	}
	const alone = flowEnds - 2 * flows.length;
	if (alone > 0) skipped["fwdbwd flows without their other end"] = alone;
	const baseNs = (base ?? 0n) + BigInt(/"baseTimeNanoseconds"\s*:\s*(-?\d+)/.exec(text)?.[1] ?? 0);
	return { eventCount: events.length, baseNs, rows, flows: flows.sort(), skipped, names, header };
}
