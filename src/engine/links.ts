/** Links that tasks share: a NIC, an NVLink, a path through the network. */

/** A task that occupies no link. */
export const NO_LINK = 0xffffffff;

export interface LinkModel {
	/** One a task: the link that it occupies from its start to its finish, or NO_LINK; its duration is that at full speed. */
	readonly linkOf: Uint32Array;
	/** One a link: how many tasks it serves at full speed together; with more of them, all slow down alike. */
	readonly capacity: Float64Array;
}

/** Refuses a model that does not fit the graph; returns how many tasks occupy a link. */
export function checkLinks({ linkOf, capacity }: LinkModel, taskCount: number): number {
	if (linkOf.length !== taskCount) throw new Error(`linkOf has ${linkOf.length} entries, expected ${taskCount}`);
	for (const share of capacity) if (!(share > 0 && share < Infinity)) throw new Error(`a link's capacity is ${share}`);
	let occupied = 0;
	for (let task = 0; task < taskCount; task++) {
		if (linkOf[task] === NO_LINK) continue;
		if (linkOf[task]! >= capacity.length)
			throw new Error(`task ${task} is on link ${linkOf[task]} of ${capacity.length}`);
		occupied++;
	}
	return occupied;
}
