/** Descriptions by the name of a preset or the path of a YAML file. */
import { readdirSync, readFileSync } from "node:fs";
import type { z } from "zod";
import { UserError } from "../lib/errors.js";
import { readText } from "../lib/read-text.js";
import { type HardwareConfig, hardwareSchema, networkSchema } from "./hardware.js";
import { camelKeys } from "./key-case.js";
import { type ModelConfig, type ModelDescription, modelSchema, resolveModel } from "./model.js";
import { nearestWord } from "./nearest-word.js";
import { type ParallelConfig, parallelSchema } from "./parallel.js";
import { readDescription } from "./read-description.js";

export type PresetKind = "models" | "hardware" | "networks";

const folder = new URL("./presets/", import.meta.url);

/** Names of the presets, sorted. */
export function presetNames(kind: PresetKind): string[] {
	return readdirSync(new URL(`${kind}/`, folder))
		.filter((name) => name.endsWith(".yaml"))
		.map((name) => name.slice(0, -".yaml".length))
		.sort();
}

/** Whoever means a file says so: with an ending or a folder. */
function isPath(text: string): boolean {
	return /\.(ya?ml|json)$/i.test(text) || /[\\/]/.test(text);
}

const descriptionText = (path: string): string => readText(path, "give the path of a YAML description");

function load<S extends z.ZodType>(kind: PresetKind, nameOrPath: string, schema: S): z.output<S> {
	if (isPath(nameOrPath)) return readDescription(nameOrPath, descriptionText(nameOrPath), schema);
	const names = presetNames(kind);
	if (!names.includes(nameOrPath)) {
		const near = nearestWord(nameOrPath, names);
		const remedy =
			near === undefined ? `choose one of ${names.join(", ")}, or give a YAML file` : `did you mean ${near}?`;
		throw new UserError(
			`no ${kind === "hardware" ? kind : kind.slice(0, -1)} preset is named ${nameOrPath}; ${remedy}`,
		);
	}
	const url = new URL(`${kind}/${nameOrPath}.yaml`, folder);
	return readDescription(`${nameOrPath}.yaml`, readFileSync(url, "utf8"), schema);
}

/**
 * A model by preset or file. Fields of `overrides` replace those of the description before what it leaves out is
 * derived, so that the FFN of a model that does not name its width follows another hidden size.
 */
export function loadModel(nameOrPath: string, overrides: Partial<ModelDescription> = {}): ModelConfig {
	return resolveModel({ ...loadModelDescription(nameOrPath), ...overrides });
}

/** A model as it is described: what it leaves out is still open. */
export function loadModelDescription(nameOrPath: string): ModelDescription {
	return camelKeys(load("models", nameOrPath, modelSchema));
}

/** A cluster by preset or file, with another network where one is named (a preset, or a file with only the network). */
export function loadHardware(nameOrPath: string, network?: string): HardwareConfig {
	const hardware = camelKeys(load("hardware", nameOrPath, hardwareSchema));
	if (network === undefined) return hardware;
	return { ...hardware, network: camelKeys(load("networks", network, networkSchema)) };
}

/** Parallelism, batch and precision from a YAML file. */
export function loadParallel(path: string): ParallelConfig {
	return camelKeys(readDescription(path, descriptionText(path), parallelSchema));
}
