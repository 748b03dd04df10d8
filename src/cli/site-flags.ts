/** Flags of where machines run: what energy and carbon follow from. */
import { type Command, InvalidArgumentError, Option } from "commander";
import type { Site } from "../cost/energy.js";
import { DEFAULT_SITE } from "../predict/site.js";
import { parsePositive } from "./options.js";

export interface SiteFlags {
	readonly pue: number;
	readonly carbonIntensity: number;
}

function parseIntensity(text: string): number {
	const value = Number(text);
	if (text.trim() === "" || !(value >= 0) || !Number.isFinite(value))
		throw new InvalidArgumentError("give a number from 0 on");
	return value;
}

function parsePue(text: string): number {
	const value = parsePositive(text);
	if (value < 1) throw new InvalidArgumentError("give a number from 1 on");
	return value;
}

export function withSiteFlags(command: Command): Command {
	return command
		.addOption(
			new Option("--pue <factor>", "power of the data centre over that of its machines")
				.argParser(parsePue)
				.default(DEFAULT_SITE.pue),
		)
		.addOption(
			new Option("--carbon-intensity <kg>", "kg of CO2 that a kilowatt-hour causes")
				.argParser(parseIntensity)
				.default(DEFAULT_SITE.kgCo2PerKwh),
		);
}

export function siteOf({ pue, carbonIntensity }: SiteFlags): Site {
	return { ...DEFAULT_SITE, pue, kgCo2PerKwh: carbonIntensity };
}
