/** The parameters of a hardware description that can be fitted: all there are, each with bounds that physics gives it. */
import type { HardwareConfig } from "../../config/hardware.js";

export type ParameterName =
	| `efficiency.${Exclude<keyof HardwareConfig["efficiency"], "source">}`
	| `cpu.${Exclude<keyof HardwareConfig["cpu"], "source">}`;

export interface Parameter {
	readonly name: ParameterName;
	readonly lower: number;
	readonly upper: number;
}

/** Nothing runs at its peak: schedulers, refreshes and headers take a few percent. */
const share = (name: ParameterName): Parameter => ({ name, lower: 0.02, upper: 0.97 });

export const PARAMETERS: readonly Parameter[] = [
	share("efficiency.gemm"),
	share("efficiency.attention"),
	share("efficiency.attentionBackward"),
	share("efficiency.memory"),
	// More than this is no start of a kernel but somebody else's time.
	{ name: "efficiency.kernelNs", lower: 200, upper: 10_000 },
	share("efficiency.link"),
	share("efficiency.network"),
	{ name: "efficiency.latency", lower: 0.1, upper: 30 },
	{ name: "efficiency.arrivalNs", lower: 1_000, upper: 1_000_000 },
	{ name: "efficiency.alignment", lower: 0.01, upper: 3 },
	{ name: "efficiency.overlapCompute", lower: 1, upper: 2 },
	{ name: "efficiency.overlapCommunication", lower: 1, upper: 2 },
	{ name: "cpu.launchNs", lower: 500, upper: 100_000 },
	{ name: "cpu.opNs", lower: 500, upper: 300_000 },
	{ name: "cpu.backwardShare", lower: 0.02, upper: 2 },
	{ name: "cpu.kernelGapNs", lower: 50, upper: 50_000 },
];

export function parameterValue(hardware: HardwareConfig, name: ParameterName): number {
	const [section, key] = name.split(".") as [string, string];
	return (hardware as unknown as Record<string, Record<string, number>>)[section]![key]!;
}

/** The same hardware with other values of some parameters. */
export function withParameters(hardware: HardwareConfig, values: ReadonlyMap<ParameterName, number>): HardwareConfig {
	const next = { ...hardware, efficiency: { ...hardware.efficiency }, cpu: { ...hardware.cpu } };
	for (const [name, value] of values) {
		const [section, key] = name.split(".") as ["efficiency" | "cpu", string];
		(next[section] as Record<string, unknown>)[key] = value;
	}
	return next;
}
