import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { UserError } from "../../src/lib/errors.js";
import { classifyKernel, loadKernelClasses } from "../../src/trace/index.js";

const folder = mkdtempSync(join(tmpdir(), "lumos-classes-"));
afterAll(() => rmSync(folder, { recursive: true }));

test.each<[string, string]>([
	["ncclDevKernel_AllReduce_Sum_bf16_RING_LL(ncclDevKernelArgsStorage<4096ul>)", "communication"],
	["ncclKernel_SendRecv_RING_SIMPLE_Sum_int8_t(ncclDevComm*, unsigned long, ncclWork*)", "communication"],
	["void mscclpp::collective::allreduce<__half>(...)", "communication"],
	["void dpsk::ep::internode::dispatch<false, 8, true>(...)", "communication"],
	["void deep_ep::intranode::notify_dispatch<8>(int const*)", "communication"],
	["void vllm::cross_device_reduce_1stage<__nv_bfloat16, 8>(...)", "communication"],
	["nvshmemi_transfer_rma_nbi", "communication"],
	["Memcpy DtoD (Device -> Device)", "memory"],
	["__amd_rocclr_copyBuffer", "memory"],
	["void at::native::vectorized_elementwise_kernel<4, at::native::FillFunctor<float>>", "compute"],
	["sm90_xmma_gemm_bf16bf16_bf16f32_f32_tn_n_tilesize128x128x64", "compute"],
	["void at::native::reduce_kernel<512, 1, at::native::ReduceOp<float>>", "compute"],
	["void flash::flash_fwd_splitkv_combine_kernel<...>", "compute"],
	["Cijk_Alik_Bljk_BBS_BH_Bias_HA_S_SAV", "compute"],
])("%s is %s", (name, expected) => {
	expect(classifyKernel(name)).toBe(expected);
});

test("a table of the user comes before the built-in one", () => {
	const path = join(folder, "classes.json");
	writeFileSync(
		path,
		'[{"pattern": "MY_exchange", "class": "communication"}, {"pattern": "^nccl.*Debug", "class": "compute"}]',
	);
	const extra = loadKernelClasses(path);
	expect(classifyKernel("void my_exchange_v2(int)", extra)).toBe("communication");
	expect(classifyKernel("ncclDevKernel_Debug", extra)).toBe("compute");
	expect(classifyKernel("ncclDevKernel_AllReduce", extra)).toBe("communication");
});

test.each<[string, string | undefined, RegExp]>([
	["missing", undefined, /cannot be read \(ENOENT\)/],
	["text", "hello", /not JSON .*give \[/],
	["an object", "{}", /not an array; give \[/],
	["no pattern", '[{"class": "compute"}]', /entry 1 has no "pattern"/],
	["null", "[null]", /entry 1 has no "pattern"/],
	[
		"another class",
		'[{"pattern": "a", "class": "io"}]',
		/entry 1 has class "io"; give one of compute, communication, memory/,
	],
	["no class", '[{"pattern": "a"}]', /entry 1 has class none/],
	[
		"a broken pattern",
		'[{"pattern": "a", "class": "compute"}, {"pattern": "(", "class": "compute"}]',
		/entry 2 is no regular expression/,
	],
])("a table that is wrong is refused: %s", (name, text, expected) => {
	const path = join(folder, `${name}.json`);
	if (text !== undefined) writeFileSync(path, text);
	expect(() => loadKernelClasses(path)).toThrow(UserError);
	expect(() => loadKernelClasses(path)).toThrow(expected);
	expect(() => loadKernelClasses(path)).toThrow(`${path}: `);
});
