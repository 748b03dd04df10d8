/** `lumos validate FILE.csv`: predict measured configurations, and say how far the predictions are off. */
import { UserError } from "../lib/errors.js";
import { fitToRows, rowsNotIn } from "../predict/measured/calibrate.js";
import { FRAMEWORKS } from "../predict/measured/defaults.js";
import { knowledgeOfFit, knowledgeOfPreset } from "../predict/measured/interval.js";
import { summarize, validateRow } from "../predict/measured/validate.js";
import { validatedRow } from "../report/assemble-validate.js";
import { summarizeFit } from "../report/fit-result.js";
import { formatValidate } from "../report/format-validate.js";
import type { ValidateResult } from "../report/validate-result.js";
import type { GivenFlags } from "./config-flags.js";
import { measuredSetting, readAllMeasured } from "./measured-files.js";
import type { MeasuredFlags } from "./measured-flags.js";
import { computing } from "./signals.js";
import { peakRssMb, print, stdoutLook } from "./terminal.js";

interface ValidateFlags extends MeasuredFlags {
	readonly calibrate?: readonly string[];
}

export async function validate(path: string, flags: ValidateFlags, given: GivenFlags): Promise<void> {
	const started = performance.now();
	const { hardware, forAll } = measuredSetting(flags, given);
	const options = FRAMEWORKS[flags.framework];
	const { rows, warnings } = readAllMeasured([path], forAll);
	const files = flags.calibrate ?? [];
	const others = readAllMeasured(files, forAll);
	const fitRows = rowsNotIn(others.rows, rows);
	if (files.length > 0 && fitRows.length === 0)
		throw new UserError(`--calibrate ${files.join(" ")}: every row of it is validated; name a file with other rows`);

	const fitStarted = performance.now();
	const calibrated = files.length === 0 ? undefined : await computing(() => fitToRows(hardware, fitRows, options));
	const knowledge = calibrated ? knowledgeOfFit(calibrated.fit, calibrated.logErrors) : knowledgeOfPreset();
	const predictStarted = performance.now();
	const at = calibrated?.fit.hardware ?? hardware;
	const validated = await computing(() => rows.map((row) => validateRow(row, at, options, knowledge)));
	const ended = performance.now();

	const { perGroup, ...summary } = summarize(validated);
	const result: ValidateResult = {
		schema: "lumos.validate/1",
		path,
		hardware: hardware.name,
		framework: flags.framework,
		calibration: calibrated
			? {
					files: [...files],
					rows: fitRows.length,
					leftOut: others.rows.length - fitRows.length,
					...summarizeFit(calibrated.fit),
				}
			: null,
		rows: validated.map(validatedRow),
		summary: { ...summary, perGroup: [...perGroup] },
		warnings: [...warnings, ...others.warnings],
		timing: {
			fitMs: predictStarted - fitStarted,
			predictMs: ended - predictStarted,
			totalMs: ended - started,
			peakRssMb: peakRssMb(),
		},
	};
	await print(flags.json ? JSON.stringify(result) : formatValidate(result, stdoutLook()));
}
