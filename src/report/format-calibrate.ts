/** What was calibrated, for people. */
import type { CalibrateResult } from "./calibrate-result.js";
import { fitLines } from "./format-fit.js";
import { plural, section, warningLines, wrapWords } from "./format-parts.js";
import { createStyle, type Look, type Style } from "./style.js";

export function formatCalibrate(result: CalibrateResult, look: Look): string {
	const style = createStyle(look);
	const { base, path, measurements, fit, suggestions, warnings } = result;
	return [
		`${style.heading("Calibrate")}  ${base}, written to ${path}`,
		...measurements.map(({ file, count }) => `  ${plural(count, "measurement")} of ${file}`),
		...section("Fit", fitLines(fit, style), style),
		...(suggestions.length > 0 ? section("To measure next", suggestionLines(suggestions, style), style) : []),
		...warningLines(warnings, style),
		"",
	].join("\n");
}

function suggestionLines(suggestions: CalibrateResult["suggestions"], style: Style): string[] {
	return suggestions.flatMap(({ what, beforePct, afterPct, about }) =>
		wrapWords(
			`${what}: uncertainty ${beforePct.toFixed(1)} to ${afterPct.toFixed(1)} % (${about.join(", ")})`,
			style.width,
		),
	);
}
