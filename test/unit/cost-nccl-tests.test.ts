import { expect, test } from "vitest";
import { parseNcclTests } from "../../src/cost/collectives/nccl-tests.js";
import { UserError } from "../../src/lib/errors.js";

/** The layout since nccl-tests 2.13. */
function output(rows: readonly string[], ranks = 4, hosts = 1, program = "all_reduce_perf"): string {
	const perHost = ranks / hosts;
	const devices = Array.from({ length: ranks }, (_, rank) => {
		const host = `node${Math.floor(rank / perHost)}`;
		return `#  Rank ${String(rank).padStart(2)} Group  0 Pid  51${rank} on  ${host} device ${String(rank % perHost).padStart(2)} [0x${rank}f] NVIDIA A100-SXM4-80GB`;
	});
	return [
		`# nccl-tests version 2.13.8 nccl-headers=22005 nccl-library=22005`,
		program === "" ? "#" : `# Collective test starting: ${program}`,
		"# nThread 1 nGpus 1 minBytes 1048576 maxBytes 4194304 step: 2(factor) warmup iters: 5 iters: 20 agg iters: 1 validation: 1 graph: 0",
		"#",
		"# Using devices",
		...devices,
		"#",
		"#                                                              out-of-place                       in-place",
		"#       size         count      type   redop    root     time   algbw   busbw #wrong     time   algbw   busbw #wrong",
		"#        (B)    (elements)                               (us)  (GB/s)  (GB/s)            (us)  (GB/s)  (GB/s)",
		...rows,
		"# Out of bounds values : 0 OK",
		"# Avg bus bandwidth    : 41.2345",
		"#",
	].join("\n");
}

const rows = [
	"     1048576        262144     float     sum      -1    52.41   20.01   30.01      0    51.40   20.40   30.60      0",
	"     2097152        524288     float     sum      -1    70.00   29.96   44.94      0    71.00   29.54   44.31      0",
	"     4194304       1048576     float     sum      -1   100.30   41.82   62.73      0   101.30   41.40   62.11      0",
];

test("an all-reduce counts in place, as gradients are reduced", () => {
	expect(parseNcclTests(output(rows), "x.txt")).toEqual([
		{ op: "allReduce", size: 4, nodes: 1, bytes: [1048576, 2097152, 4194304], ns: [51_400, 71_000, 101_300] },
	]);
});

test("an all-gather counts out of place, and the hosts are the nodes", () => {
	const gather = rows.map((row) => row.replace("sum", "none"));
	const [measured] = parseNcclTests(output(gather, 16, 2, "all_gather_perf"), "x.txt");
	expect(measured).toMatchObject({ op: "allGather", size: 16, nodes: 2, ns: [52_410, 70_000, 100_300] });
});

test("labels of mpirun and srun, Windows line ends and text around do not matter", () => {
	const plain = parseNcclTests(output(rows), "x.txt");
	const lines = `some banner\n${output(rows)}\nbye`.split("\n");
	expect(parseNcclTests(lines.map((line) => `[1,0]<stdout>:${line}`).join("\n"), "x.txt")).toEqual(plain);
	expect(parseNcclTests(lines.map((line) => `0: ${line}`).join("\r\n"), "x.txt")).toEqual(plain);
});

test("the old layout has no root, and errors instead of counts of wrong results", () => {
	const old = [
		"# nThread 1 nGpus 4 minBytes 8 maxBytes 8 step: 2(factor) warmup iters: 5 iters: 20 validation: 1",
		"#",
		"# Using devices",
		"#   Rank  0 Pid  1 on  dgx device  0 [0x06] Tesla V100-SXM2-16GB",
		"#   Rank  1 Pid  1 on  dgx device  1 [0x07] Tesla V100-SXM2-16GB",
		"#                                                     out-of-place                       in-place",
		"#       size         count    type   redop     time   algbw   busbw  error     time   algbw   busbw  error",
		"     1048576        262144   float     sum    34.43   30.46   30.46  2e-07    33.00   31.78   31.78  2e-07",
	].join("\n");
	expect(parseNcclTests(old, "logs/all_reduce-2gpus.log")).toEqual([
		{ op: "allReduce", size: 2, nodes: 1, bytes: [1048576], ns: [33_000] },
	]);
});

test("without a name, the bandwidths say which collective it was", () => {
	expect(parseNcclTests(output(rows, 4, 1, ""), "log.txt")[0]!.op).toBe("allReduce");
	const scatter = "  1048576 262144 float sum -1 52.4 20.00 15.00 0 51.4 20.40 15.30 0";
	expect(parseNcclTests(output([scatter], 4, 1, ""), "log.txt")[0]!.op).toBe("reduceScatter");
	const ambiguous = "  1048576 262144 float none -1 52.4 20.00 15.00 0 51.4 20.40 15.30 0";
	expect(() => parseNcclTests(output([ambiguous], 4, 1, ""), "log.txt")).toThrow(
		new UserError(
			"log.txt: which collective was measured is not said; name the file after its program, as in all_reduce_perf.txt",
		),
	);
	expect(parseNcclTests(output([ambiguous], 4, 1, ""), "dir/alltoall_perf.8.txt")[0]!.op).toBe("allToAll");
});

test("without its header, the ratio of the bandwidths says how many ranks took part", () => {
	const row = "  104857600 26214400 float sum -1 885.2 118.5 207.30 0 883.4 118.7 207.7 0";
	expect(parseNcclTests(row, "all_reduce.txt")[0]!.size).toBe(8);
	const gather = "  104857600 26214400 float none -1 442.2 237.1 222.3 0 N/A N/A N/A N/A";
	expect(parseNcclTests(gather, "all_gather.txt")[0]).toMatchObject({ size: 16, ns: [442_200] });
	const broadcast = "  104857600 26214400 float none 0 442.2 237.1 237.1 0 N/A N/A N/A N/A";
	expect(() => parseNcclTests(broadcast, "broadcast_perf.txt")).toThrow(/keep the whole output/);
});

test("several programs in one text, one of them not modelled", () => {
	const text = [
		output(rows),
		output(rows, 8, 1, "reduce_scatter_perf"),
		output(rows, 8, 1, "sendrecv_perf"),
		output([rows[0]!], 2),
	].join("\n");
	expect(parseNcclTests(text, "all.txt").map(({ op, size, bytes }) => [op, size, bytes.length])).toEqual([
		["allReduce", 4, 3],
		["reduceScatter", 8, 3],
		["allReduce", 2, 1],
	]);
});

test("a size that stands twice counts with its mean; wrong results do not count", () => {
	const again = rows[0]!.replace("51.40", "53.40");
	const wrong = rows[1]!.replace("0    71.00   29.54   44.31      0", "9    71.00   29.54   44.31      7");
	expect(parseNcclTests(output([rows[0]!, again, wrong, rows[2]!]), "x.txt")[0]).toMatchObject({
		bytes: [1048576, 4194304],
		ns: [52_400, 101_300],
	});
	expect(() => parseNcclTests(output([wrong]), "x.txt")).toThrow(/no row has a time and a right result/);
});

test.each(["", "hello\n", "size(B),count\n1,2\n", "{}"])("%j is no output of nccl-tests", (text) => {
	expect(() => parseNcclTests(text, "all_reduce.txt")).toThrow(UserError);
});
