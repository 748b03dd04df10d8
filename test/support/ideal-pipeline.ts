/** Runs a schedule with passes that take a given time and messages that take none. */
import { Pass, type StageSchedule } from "../../src/plan/schedule/index.js";

export interface IdealTimes {
	readonly forward: number;
	readonly backward: number;
	readonly weight: number;
}

/** When the last pass ends; undefined where the stages wait for each other for ever. */
export function idealMakespan(
	schedules: readonly StageSchedule[],
	chunks: number,
	times: IdealTimes,
): number | undefined {
	const stages = schedules.length;
	const length = { [Pass.forward]: times.forward, [Pass.backward]: times.backward, [Pass.weight]: times.weight };
	const ends = new Map<string, number>();
	const key = (pass: number, microBatch: number, part: number): string => `${pass}/${microBatch}/${part}`;
	const next = schedules.map(() => 0);
	const clock = schedules.map(() => 0);
	for (let moved = true; moved; ) {
		moved = false;
		schedules.forEach(({ pass, microBatch, chunk }, stage) => {
			while (next[stage]! < pass.length) {
				const i = next[stage]!;
				const part = chunk[i]! * stages + stage;
				const needs: string[] = [];
				if (pass[i] === Pass.forward && part > 0) needs.push(key(Pass.forward, microBatch[i]!, part - 1));
				if (pass[i] === Pass.backward) {
					needs.push(key(Pass.forward, microBatch[i]!, part));
					if (part < stages * chunks - 1) needs.push(key(Pass.backward, microBatch[i]!, part + 1));
				}
				if (pass[i] === Pass.weight) needs.push(key(Pass.backward, microBatch[i]!, part));
				const ready = needs.map((need) => ends.get(need));
				if (ready.includes(undefined)) return;
				const start = Math.max(clock[stage]!, ...(ready as number[]));
				clock[stage] = start + length[pass[i] as Pass];
				ends.set(key(pass[i]!, microBatch[i]!, part), clock[stage]!);
				next[stage]!++;
				moved = true;
			}
		});
	}
	if (schedules.some(({ pass }, stage) => next[stage]! < pass.length)) return undefined;
	return Math.max(...clock);
}
