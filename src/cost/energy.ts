/**
 * Energy and carbon of training, after LLMCarbon (ICLR 2024, arXiv 2309.14393).
 *
 *     operational = Σ power x count x time x PUE x carbon intensity
 *     embodied    = Σ count x area x carbon per area x time / lifetime
 *
 * Where LLMCarbon takes one average power, the power here follows the states of the simulated timeline.
 */
import type { HardwareConfig } from "../config/hardware.js";

const NS_PER_HOUR = 3.6e12;
const HOURS_PER_YEAR = 24 * 365;

/** Where and how the machines run. */
export interface Site {
	/** Power usage effectiveness: all power of the data centre over that of its machines. */
	readonly pue: number;
	/** Carbon dioxide of a kilowatt-hour from the grid, kg. */
	readonly kgCo2PerKwh: number;
	/** Years after which hardware is replaced; LLMCarbon takes 5. */
	readonly lifetimeYears: number;
}

/** What one GPU of a job does in a period, nanoseconds; the three add up to the period. */
export interface GpuTime {
	readonly computeNs: number;
	/** Communication that nothing hides. */
	readonly communicationNs: number;
	readonly idleNs: number;
}

export interface Footprint {
	/** Drawn by the machines, before the PUE. */
	readonly itKwh: number;
	readonly kwh: number;
	readonly operationalKgCo2: number;
	/** Share of what making the GPUs emitted; 0 where the hardware description does not say. */
	readonly embodiedKgCo2: number;
}

export function operationalKgCo2(itKwh: number, { pue, kgCo2PerKwh }: Site): number {
	return itKwh * pue * kgCo2PerKwh;
}

/** Share of a chip's making that a use of `hours` accounts for. */
export function embodiedKgCo2(areaCm2: number, kgCo2PerCm2: number, hours: number, lifetimeYears: number): number {
	return (areaCm2 * kgCo2PerCm2 * hours) / (lifetimeYears * HOURS_PER_YEAR);
}

/** Hours that a training of `flops` takes on `devices` of `peakTflops` each, of which it reaches the share `efficiency`. */
export function trainingHours(flops: number, devices: number, peakTflops: number, efficiency: number): number {
	return flops / (devices * peakTflops * 1e12 * efficiency) / 3600;
}

/**
 * Mean power of a GPU over its states. Computing takes the power limit, waiting the idle power, and communication alone
 * half-way between them: its kernels keep a part of the chip busy. The half is an assumption; no data sheet says it.
 */
function gpuNanojoules({ gpu }: HardwareConfig, time: GpuTime): number {
	const communicating = (gpu.tdpW + gpu.idleW) / 2;
	return time.computeNs * gpu.tdpW + time.communicationNs * communicating + time.idleNs * gpu.idleW;
}

/** Footprint of a period in which every one of `gpus` spends its time like `time`. */
export function footprint(hardware: HardwareConfig, gpus: number, time: GpuTime, site: Site): Footprint {
	const periodNs = time.computeNs + time.communicationNs + time.idleNs;
	const hosts = (gpus / hardware.node.gpusPerNode) * hardware.node.hostW * periodNs;
	const itKwh = (gpus * gpuNanojoules(hardware, time) + hosts) / NS_PER_HOUR / 1e3;
	const { dieCm2 = 0, kgCo2PerCm2 = 0 } = hardware.gpu;
	return {
		itKwh,
		kwh: itKwh * site.pue,
		operationalKgCo2: operationalKgCo2(itKwh, site),
		embodiedKgCo2: gpus * embodiedKgCo2(dieCm2, kgCo2PerCm2, periodNs / NS_PER_HOUR, site.lifetimeYears),
	};
}
