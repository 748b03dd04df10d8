/**
 * Tasks that share links, by the definition alone: between two moments at which a task comes or goes, every active task
 * of a link loses work at min(1, capacity / active). The independent answer that the engine's virtual time is held to.
 */
export interface FluidTask {
	readonly startNs: number;
	/** At full speed. */
	readonly workNs: number;
	readonly link: number;
}

export function fluidFinishes(tasks: readonly FluidTask[], capacity: readonly number[]): number[] {
	const left = tasks.map((task) => task.workNs);
	const finish: (number | undefined)[] = tasks.map(() => undefined);
	let now = 0;
	for (;;) {
		const active = tasks.map((task, i) => task.startNs <= now && finish[i] === undefined);
		const speeds = tasks.map((task, i) => {
			const sharers = tasks.filter((other, k) => active[k] && other.link === task.link).length;
			return active[i] ? Math.min(1, capacity[task.link]! / sharers) : 0;
		});
		let next = Infinity;
		tasks.forEach((task, i) => {
			if (active[i]) next = Math.min(next, now + left[i]! / speeds[i]!);
			else if (finish[i] === undefined) next = Math.min(next, task.startNs);
		});
		if (next === Infinity) return finish.map((time) => time!);
		tasks.forEach((_, i) => {
			if (!active[i]) return;
			const ends = now + left[i]! / speeds[i]! <= next;
			left[i] = ends ? 0 : left[i]! - (next - now) * speeds[i]!;
			if (ends) finish[i] = next;
		});
		now = next;
	}
}
