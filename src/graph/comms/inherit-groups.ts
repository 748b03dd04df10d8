/** Groups of operations that record none: on a stream where all others are of one group, they are of that group, too. */
import { NONE } from "../../trace/columns.js";
import type { CommGroups } from "./groups.js";
import type { RankComms } from "./rank-comms.js";

export interface InheritedGroups extends CommGroups {
	/** Per rank at hand, 1 for operations whose group is inferred so. */
	readonly inherited: readonly Uint8Array[];
}

export function inheritGroups(ranks: readonly RankComms[], { groups, groupOf }: CommGroups): InheritedGroups {
	const inherited = ranks.map(({ count }) => new Uint8Array(count));
	return {
		groups,
		inherited,
		groupOf: groupOf.map((of, r) => {
			const { stream, collective } = ranks[r]!;
			const only = new Map<number, number>();
			of.forEach((group, op) => {
				if (group === NONE) return;
				const known = only.get(stream[op]!) ?? group;
				only.set(stream[op]!, known === group ? group : NONE);
			});
			return of.map((group, op) => {
				if (group !== NONE || collective[op] !== 0) return group;
				const only_ = only.get(stream[op]!) ?? NONE;
				if (only_ !== NONE) inherited[r]![op] = 1;
				return only_;
			});
		}),
	};
}
