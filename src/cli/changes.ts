/** The changes of `lumos replay`: ranks that are slowed or healed. */
import type { RankChange } from "../rewrite/change-ranks.js";

export interface ChangeFlags {
	readonly slow?: ReadonlyMap<number, number>;
	readonly slowCpu?: ReadonlyMap<number, number>;
	readonly heal?: readonly (number | "all")[];
}

/** What slows first: so a rank can be slowed and healed again. */
export function changesOf({ slow = new Map(), slowCpu = new Map(), heal = [] }: ChangeFlags): RankChange[] {
	return [
		...[...slow].map(([rank, factor]): RankChange => ({ change: "slow", rank, factor })),
		...[...slowCpu].map(([rank, factor]): RankChange => ({ change: "slow-cpu", rank, factor })),
		...[...new Set(heal)].map((rank): RankChange => ({ change: "heal", rank })),
	];
}
