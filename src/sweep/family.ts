/**
 * A family of models (sub-networks of one, say): the best configuration of each member, the members that no larger one
 * beats, and the largest that is fast enough.
 */
import type { Measured } from "./measures.js";
import { paretoFront } from "./objectives/pareto.js";

export type Target = { readonly ms: number } | { readonly tokensPerSecond: number };

export interface Family {
	/** Models of which a configuration was simulated. */
	readonly members: number;
	/** Size against speed: the fastest configuration of each member that is on the front, the smallest member first. */
	readonly front: readonly Measured[];
	readonly target: Target | undefined;
	/** The largest member that meets the target, in its fastest configuration. */
	readonly largest: Measured | undefined;
	/** Where none meets it: the fastest of all. */
	readonly nearest: Measured | undefined;
}

/** All configurations that it names. */
export function membersOf({ front, largest, nearest }: Family): Measured[] {
	return [...front, ...[largest, nearest].filter((one) => one !== undefined)];
}

export function mapFamily(family: Family, map: (one: Measured) => Measured): Family {
	const { front, largest, nearest } = family;
	return { ...family, front: front.map(map), largest: largest && map(largest), nearest: nearest && map(nearest) };
}

export function meets({ row, tokensPerSecond }: Measured, target: Target): boolean {
	return "ms" in target ? row.iterationMs <= target.ms : tokensPerSecond >= target.tokensPerSecond;
}

export function familyOf(all: readonly Measured[], target: Target | undefined): Family {
	const slowness = ({ row, tokensPerSecond }: Measured): number =>
		target !== undefined && "tokensPerSecond" in target ? 1 / tokensPerSecond : row.iterationMs;
	const fastest = new Map<string, Measured>();
	for (const one of all) {
		const key = JSON.stringify(one.model);
		const best = fastest.get(key);
		if (best === undefined || slowness(one) < slowness(best)) fastest.set(key, one);
	}
	const members = [...fastest.values()];
	const front = [
		...paretoFront([
			{ values: members.map(({ parameters }) => parameters), better: "higher" },
			{ values: members.map(slowness), better: "lower" },
		]),
	].map((i) => members[i]!);
	front.sort((a, b) => a.parameters - b.parameters || slowness(a) - slowness(b));
	// Whatever is larger and fast enough is on the front, or something on it is.
	const largest = target && front.filter((one) => meets(one, target)).at(-1);
	const nearest =
		target && largest === undefined ? members.toSorted((a, b) => slowness(a) - slowness(b))[0] : undefined;
	return { members: members.length, front, target, largest, nearest };
}
