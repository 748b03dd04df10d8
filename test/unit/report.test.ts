import { stripVTControlCharacters } from "node:util";
import { describe, expect, test } from "vitest";
import { simulate } from "../../src/engine/index.js";
import { recordedTiming } from "../../src/graph/typical.js";
import { rangesOf } from "../../src/lib/ranges.js";
import { assembleReplay } from "../../src/report/assemble-replay.js";
import { allot, formatBar } from "../../src/report/bar.js";
import { describeWhatIf } from "../../src/report/describe-what-if.js";
import { formatInspect } from "../../src/report/format-inspect.js";
import { formatPack } from "../../src/report/format-pack.js";
import { formatReplay } from "../../src/report/format-replay.js";
import { type InspectResult, inspectResult } from "../../src/report/inspect-result.js";
import { shortenName } from "../../src/report/names.js";
import { packResult } from "../../src/report/pack-result.js";
import type { ReplayResult } from "../../src/report/replay-result.js";
import { formatTable } from "../../src/report/table.js";
import { changeRanks, type RankChange } from "../../src/rewrite/change-ranks.js";
import { kernel, meet, scriptedGraph } from "../support/rank-scripts.js";
import { smallReplay } from "../support/small-replay.js";

const plain = { color: false, width: 100 };

describe("names", () => {
	const fill =
		"void at::native::vectorized_elementwise_kernel<4, at::native::FillFunctor<float>, std::array<char*, 1ul> >(int, at::native::FillFunctor<float>, std::array<char*, 1ul>)";

	test.each([
		[200, fill],
		[110, "at::native::vectorized_elementwise_kernel<4, at::native::FillFunctor<float>, std::array<char*, 1ul> >"],
		[90, "at::native::vectorized_elementwise_kernel<4, at::native::FillFunctor<…>, std::array<…> >"],
		[60, "vectorized_elementwise_kernel<4, FillFunctor<…>, array<…> >"],
		[50, "vectorized_elementwise_kernel<…FillFunctor<…>…>"],
		[40, "vectorized_elementwise_kernel<…>"],
		[20, "vectorized_e…rnel<…>"],
	])("in %i characters", (width, expected) => {
		expect(shortenName(fill, width)).toBe(expected);
	});

	test("keep what is no template, and fit whatever they are", () => {
		expect(shortenName("Memcpy HtoD (Pinned -> Device)", 40)).toBe("Memcpy HtoD (Pinned -> Device)");
		expect(shortenName("operator<< of something that is long", 20)).toHaveLength(20);
		expect(shortenName("void (anonymous namespace)::softmax<float>(float*, int)", 20)).toBe("softmax<float>");
		expect(shortenName("a".repeat(300), 1)).toHaveLength(1);
		expect(shortenName("abcdefghij", 7, "...")).toBe("abc...j");
	});

	test("say which function a lambda is of", () => {
		const call = "at::native::sqrt_kernel_cuda(at::TensorIteratorBase&)";
		const lambda = `${call}::{lambda()#2}::operator()() const::{lambda()#2}::operator()() const::{lambda(float)#1}`;
		const name = `void at::native::vectorized_elementwise_kernel<4, ${lambda}, at::detail::Array<char*, 2> >(int, ${lambda})`;
		expect(shortenName(name, 61)).toBe("vectorized_elementwise_kernel<4, sqrt_kernel_cuda, Array<…> >");
		expect(shortenName(name, 55)).toBe("vectorized_elementwise_kernel<…sqrt_kernel_cuda…>");
		const outer = `gpu_kernel_impl<${lambda}>(at::TensorIteratorBase&, ${lambda} const&)::{lambda(int)#1}`;
		expect(shortenName(`elementwise_kernel<128, 2, ${outer}>(int, ${outer})`, 60)).toBe(
			"elementwise_kernel<128, 2, gpu_kernel_impl<…>>",
		);
		expect(shortenName(`elementwise_kernel<128, 2, ${outer}>(int, ${outer})`, 80)).toBe(
			"elementwise_kernel<128, 2, gpu_kernel_impl<at::native::sqrt_kernel_cuda>>",
		);
	});

	test("cannot command the terminal", () => {
		expect(shortenName("\u001b[31mred\u0007\u202e", 20)).toBe("\ufffd[31mred\ufffd\ufffd");
	});
});

describe("bars", () => {
	test("give every part that exists a cell and fill the width", () => {
		expect(allot([70, 20, 10], 10)).toEqual([7, 2, 1]);
		expect(allot([1000, 1, 0, 1], 10)).toEqual([8, 1, 0, 1]);
		expect(allot([1, 1, 1], 10)).toEqual([4, 3, 3]);
		expect(allot([0, 0], 10)).toEqual([0, 0]);
		const same = (text: string): string => text;
		expect(
			formatBar(
				[
					{ value: 3, fill: "#", paint: same },
					{ value: 1, fill: ".", paint: same },
				],
				8,
			),
		).toBe("######..");
	});
});

test("tables align by what is seen, not by colour codes", () => {
	const rows = [
		["\u001b[32ma\u001b[39m", "1"],
		["bbb", "1,000"],
	];
	expect(formatTable([{ title: "x" }, { title: "n", align: "right" }], rows).map(stripVTControlCharacters)).toEqual([
		"  x         n",
		"  a         1",
		"  bbb   1,000",
	]);
});

describe("replay for people", () => {
	test("everything on one page", () => {
		const text = formatReplay(smallReplay(), { deviceName: "Test GPU", perfettoPath: "out.json.gz" }, plain);
		expect(text).toMatchSnapshot();
	});

	test("no line is wider than the page, in colour or not", () => {
		for (const width of [60, 80, 100, 140]) {
			for (const color of [true, false]) {
				const lines = formatReplay(smallReplay(), {}, { color, width }).split("\n").map(stripVTControlCharacters);
				for (const line of lines) expect(line.length, line).toBeLessThanOrEqual(width);
			}
		}
	});

	test("colours only change colours; without Unicode it is ASCII", () => {
		const colored = formatReplay(smallReplay(), {}, { color: true, width: 100 });
		expect(colored).toContain("\u001b[");
		expect(stripVTControlCharacters(colored)).toBe(formatReplay(smallReplay(), {}, plain));
		const ascii = formatReplay(smallReplay(), {}, { ...plain, unicode: false });
		expect(ascii).toMatch(/^[\x20-\x7e\n]*$/);
	});

	test("many steps of many ranks stay short: the slowest rank of each step", () => {
		const result = smallReplay();
		const base = result.steps[0]!;
		const steps = Array.from({ length: 8 * 20 }, (_, i) => {
			const rank = Math.floor(i / 20);
			return { ...base, rank, step: i % 20, replayedMs: base.replayedMs * (1 + rank / 100) };
		});
		const text = formatReplay({ ...result, steps }, {}, plain);
		expect(text).toContain("… and 4 more steps");
		expect(text).toContain("Mean |error| of 160 steps of 8 ranks");
		expect(text.split("\n").length).toBeLessThan(70);
		expect(text).toMatch(/^ +0 +7 +/m);
	});
});

describe("a replay of many ranks for people", () => {
	/** Twenty ranks in two groups; one is slow. */
	function manyRanks(changes: readonly RankChange[] = []): ReplayResult {
		const scripts = Array.from({ length: 20 }, (_, rank) => {
			const group = rank < 10 ? "[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]" : "upper ranks";
			return [
				kernel(rank === 7 ? 3e6 : 2e6),
				meet(`${group}#1`, 1e5),
				kernel(1e6),
				meet(`${group}#2`, 1e5),
				kernel(1e4),
			];
		});
		const graph = scriptedGraph(scripts);
		const source = { files: 20, ranks: 20, worldSize: 64, events: 540_000, bytes: 9e8, compressedBytes: 4e7 };
		const timing = { ingestMs: 900, graphMs: 200, simulateMs: 7, totalMs: 1200, peakRssMb: 300, workers: 2 };
		const replayed = (made: readonly RankChange[]): ReplayResult =>
			assembleReplay({
				graph,
				times: simulate(graph, changeRanks(graph, recordedTiming(graph), made)),
				source,
				warnings: Array.from({ length: 20 }, (_, rank) => ({
					code: "truncated",
					message: `rank${rank}.json ends at byte ${1000 + rank}`,
					count: 1,
				})),
				timing,
			});
		const after = replayed(changes);
		return changes.length === 0 ? after : { ...after, whatIf: describeWhatIf(changes, replayed([]), after) };
	}

	test("stays on one page", () => {
		const text = formatReplay(manyRanks(), {}, plain);
		expect(text).toMatchSnapshot();
		expect(text.split("\n").length).toBeLessThan(70);
	});

	test("with changes shows what they change", () => {
		const changes = [
			{ change: "slow", rank: 12, factor: 2 },
			{ change: "heal", rank: 7 },
		] as const;
		const text = formatReplay(manyRanks(changes), {}, plain);
		expect(text.slice(0, text.indexOf("Where the time"))).toMatchSnapshot();
		const healed = formatReplay(manyRanks([{ change: "heal", rank: "all" }]), {}, plain);
		expect(healed).toContain("  every rank takes what its peers take\n");
		expect(healed).toContain("  Nobody for more than 0.5 % of the steps because of its own work\n");
	});

	test("no line is wider than the page", () => {
		for (const width of [60, 80, 100, 140]) {
			for (const result of [manyRanks(), manyRanks([{ change: "slow-cpu", rank: 3, factor: 1.25 }])]) {
				const lines = formatReplay(result, {}, { ...plain, width }).split("\n");
				for (const line of lines) expect(line.length, line).toBeLessThanOrEqual(width);
			}
		}
	});
});

test("ranks and groups that are alike stand together, the odd one by itself", () => {
	const result = inspected();
	const odd = { ...result.ranks[5]!, streams: 7, events: 30_000 };
	const groups = Array.from({ length: 128 }, (_, i) => ({
		name: String(i),
		desc: i < 64 ? "tp" : "dp",
		backend: "nccl",
		size: 8,
		ranks: i < 64 ? [0, 1, 2, 3, 4, 5, 6, 7].map((rank) => 8 * i + rank) : [i - 64, i],
	}));
	const text = formatInspect(
		{ ...result, ranks: result.ranks.map((rank, r) => (r === 5 ? odd : rank)), processGroups: groups },
		plain,
	);
	expect(text).toMatch(/^ +0-4, 6-19 +metadata +NVIDIA H100 80GB HBM3 +3 +2 +27,000 +2, mean 59.00 ms$/m);
	expect(text).toMatch(/^ +5 +metadata +NVIDIA H100 80GB HBM3 +3 +7 +30,000 +2, mean 59.00 ms$/m);
	expect(text).toMatch(/^ +groups +description +backend +size +ranks of the first\n +64 +tp +nccl +8 +0-7\n +64 +dp/m);
	expect(text).toContain("--json lists every rank");
});

function inspected(): InspectResult {
	const unknown = { value: null, found: "unknown" as const };
	return inspectResult.parse({
		schema: "lumos.inspect/1",
		source: { files: 20, ranks: 20, worldSize: 64, events: 540_000, bytes: 9e8, compressedBytes: 4e7 },
		ranks: Array.from({ length: 20 }, (_, rank) => ({
			rank,
			rankFound: "metadata",
			path: `rank${rank}.json.gz`,
			device: "NVIDIA H100 80GB HBM3",
			threads: 3,
			streams: 2,
			events: 27_000,
			steps: [
				{ step: 3, measuredMs: 58 },
				{ step: 4, measuredMs: 60 },
			],
		})),
		processGroups: [{ name: "1", desc: "tp", backend: "nccl", size: 8, ranks: [0, 1, 2, 3, 8, 12, 13] }],
		job: {
			worldSize: { value: 64, found: "metadata" },
			backend: { value: "nccl", found: "metadata" },
			tensorParallel: { value: 8, found: "inferred" },
			pipelineParallel: unknown,
			dataParallel: unknown,
			contextParallel: unknown,
			expertParallel: unknown,
			virtualPipeline: unknown,
			layers: unknown,
			hiddenSize: unknown,
			heads: unknown,
			sequenceLength: unknown,
			microBatchSize: unknown,
			microBatches: unknown,
			schedule: unknown,
		},
		skipped: [{ what: "python_function", count: 1234 }],
		warnings: [],
		timing: { ingestMs: 900, totalMs: 950, peakRssMb: 300, workers: 2 },
	});
}

test("inspect for people", () => {
	const text = formatInspect(inspected(), plain);
	expect(text).toMatchSnapshot();
	for (const width of [60, 80, 100]) {
		const lines = formatInspect(inspected(), { ...plain, width }).split("\n");
		for (const line of lines) expect(line.length, line).toBeLessThanOrEqual(width);
	}
});

test("ranges of ranks", () => {
	expect(rangesOf([0, 1, 2, 3, 8, 12, 13])).toBe("0-3, 8, 12-13");
	expect(rangesOf([])).toBe("");
});

test("pack for people", () => {
	const result = packResult.parse({
		schema: "lumos.pack/1",
		path: "job.lumos",
		bytes: 1_234_567,
		source: inspected().source,
		graph: { tasks: 400_000, edges: 900_000, steps: 40 },
		warnings: [],
		timing: { ingestMs: 900, graphMs: 200, writeMs: 12, totalMs: 1200, peakRssMb: 300, workers: 2 },
	});
	expect(formatPack(result, plain)).toMatchSnapshot();
});
