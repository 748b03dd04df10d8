/**
 * How long a prediction for 512 GPUs takes from a packed run of 16: GPT-3 175B, all 96 layers, emulated with TP 8 and
 * PP 2, for TP 8, PP 4, DP 16 with TP x PP micro-batches as in the Lumos paper. The whole command is timed; the
 * best of a few runs is nearest to what a quiet machine takes.
 */
import { type ExecFileSyncOptions, execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const RUNS = 5;
const lumos = "dist/cli/main.js";
const scratch = mkdtempSync(join(tmpdir(), "lumos-packed-"));
try {
	const traces = join(scratch, "traces");
	const packed = join(scratch, "run.lumos");
	const quiet: ExecFileSyncOptions = { stdio: ["ignore", "ignore", "inherit"] };
	const base = ["--model", "gpt3-175b", "--tp", "8", "--pp", "2", "--num-micro-batches", "4"];
	execFileSync(process.execPath, [lumos, "synth", "-o", traces, ...base], quiet);
	execFileSync(process.execPath, [lumos, "pack", traces, "--out", packed], quiet);
	const target = ["--pp", "4", "--dp", "16", "--num-micro-batches", "32"];
	const seconds: number[] = [];
	for (let run = 0; run < RUNS; run++) {
		const started = performance.now();
		const { stdout, status } = spawnSync(process.execPath, [lumos, "predict", packed, ...target, "--json"]);
		if (status !== 0) throw new Error("the prediction failed");
		seconds.push((performance.now() - started) / 1e3);
		const { iterationMs, target: predicted } = JSON.parse(stdout.toString());
		console.log(`${predicted.gpus} GPUs, step of ${(iterationMs / 1e3).toFixed(2)} s: ${seconds.at(-1)!.toFixed(2)} s`);
	}
	console.log(`best of ${RUNS}: ${Math.min(...seconds).toFixed(2)} s (target: 3 s)`);
} finally {
	rmSync(scratch, { recursive: true, force: true });
}
