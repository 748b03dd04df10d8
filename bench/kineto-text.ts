/**
 * Text as Kineto writes it, from a seed: operators with shapes, launches, kernels and their flows, in the profiler's own
 * layout (`pretty`) and without white space (`compact`). Only for measuring how fast text is read: the times mean nothing.
 */
import { Random } from "./harness.js";

export interface KinetoTexts {
	readonly pretty: Buffer;
	readonly compact: Buffer;
	readonly events: number;
}

const operators = ["aten::mm", "aten::add_", "aten::empty_strided", "aten::native_layer_norm", "aten::_foreach_mul_"];
const functor = "at::native::CUDAFunctor_add<c10::BFloat16>, std::array<char*, 3ul>";
const kernels = [
	`void at::native::vectorized_elementwise_kernel<8, ${functor} >(int, ${functor})`,
	"sm90_xmma_gemm_bf16bf16_bf16f32_f32_tn_n_tilesize128x128x64_warpgroupsize1x1x1_execute_segment_k_off_kernel__5x_cublas",
	"void layer_norm::ln_fwd_tuned_kernel<layer_norm::Kernel_traits<__nv_bfloat16, float, 4096u, 1u> >(layer_norm::FwdParams)",
	"ncclDevKernel_AllReduce_Sum_bf16_RING_LL(ncclDevKernelArgsStorage<4096ul>)",
];

export function kinetoTexts(bytes: number, seed = 1): KinetoTexts {
	const random = new Random(seed);
	const pick = <T>(list: readonly T[]): T => list[Math.floor(random.next() * list.length)]!;
	const parts: string[] = [];
	let length = 0;
	let events = 0;
	let ts = 4_212_936_054_935.31;
	const push = (event: string): void => {
		parts.push(event);
		length += event.length + 2;
		events++;
	};
	// A model has a few hundred shapes, not one an event.
	const shapes = Array.from({ length: 300 }, () =>
		Array.from({ length: 2 + Math.floor(4 * random.next()) }, () =>
			random.next() < 0.4 ? "[]" : `[${Math.floor(64 * random.next())}, 4096]`,
		),
	);
	const grids = Array.from({ length: 200 }, () => `[${Math.floor(2048 * random.next())}, 1, 1]`);
	for (let id = 1; length < bytes; id++) {
		ts += 5 + 20 * random.next();
		const at = ts.toFixed(3);
		const dims = pick(shapes);
		push(`{
    "ph": "X", "cat": "cpu_op", "name": "${pick(operators)}", "pid": 75, "tid": ${pick([75, 155])},
    "ts": ${at}, "dur": ${(9 * random.next()).toFixed(3)},
    "args": {
      "External id": ${id},"Record function id": 0, "Concrete Inputs": [${dims.map(() => '""').join(", ")}], "Input Dims": [${dims.join(", ")}], "Ev Idx": ${id}
    }
  }`);
		if (random.next() < 0.3) continue;
		const shared = `"id": ${id}, "pid": 75, "tid": 75, "ts": ${at},
    "cat": "ac2g", "name": "ac2g"`;
		push(`{
    "ph": "X", "cat": "cuda_runtime", "name": "cudaLaunchKernel", "pid": 75, "tid": 75,
    "ts": ${at}, "dur": ${(5 * random.next()).toFixed(3)},
    "args": {
      "External id": ${id}, "cbid": 211, "correlation": ${id}
    }
  }`);
		push(`{
    "ph": "s", ${shared}
  }`);
		push(`{
    "ph": "X", "cat": "kernel", "name": "${pick(kernels)}", "pid": 0, "tid": 7,
    "ts": ${(ts + 9).toFixed(3)}, "dur": ${(40 * random.next()).toFixed(3)},
    "args": {
      "External id": ${id}, "queued": 0, "device": 0, "context": 1,
      "stream": 7, "correlation": ${id},
      "registers per thread": 32,
      "shared memory": 0,
      "blocks per SM": ${(40 * random.next()).toFixed(6)},
      "warps per SM": ${(40 * random.next()).toFixed(6)},
      "grid": ${pick(grids)},
      "block": [256, 1, 1],
      "est. achieved occupancy %": ${Math.floor(100 * random.next())}
    }
  }`);
		push(`{
    "ph": "f", ${shared}, "bp": "e"
  }`);
	}
	const pretty = `{
  "schemaVersion": 1,
  "deviceProperties": [],
  "displayTimeUnit": "ms",
  "traceEvents": [
  ${parts.join(",\n  ")}
  ]
}`;
	return { pretty: Buffer.from(pretty), compact: Buffer.from(JSON.stringify(JSON.parse(pretty))), events };
}
