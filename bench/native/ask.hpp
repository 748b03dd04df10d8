// Runtime dependencies in C++: what assembly/worklist/explore.ts and ask.ts do.
#pragma once
#include "worklist.hpp"

inline Worklist::Outcome Worklist::attempt(uint32_t task) {
	double ready;
	uint32_t bound;
	found = pull(task, ready, bound);
	if (found != NONE) {
		for (uint32_t edge = graph.predOffset[task]; asking != NONE && edge < graph.predOffset[task + 1]; edge++) {
			const uint32_t from = graph.pred[edge] >> 1;
			if (isSettled(from) && start[from] > moment) return LATER;
		}
		return BLOCKED;
	}
	uint32_t wait = firstWaitFrom(task);
	if (wait < graph.waits && graph.waitTask[wait] == task && resolved[wait] == UNASKED) {
		found = task;
		foundTime = ready;
		if (asking == NONE || ready < moment) return ASKS;
		if (ready == moment) std::exit(3);
		return LATER;
	}
	for (; wait < graph.waits && graph.waitTask[wait] == task; wait++) {
		const uint32_t target = resolved[wait];
		if (target == NONE) continue;
		if (!isSettled(target)) {
			found = target;
			return BLOCKED;
		}
		const double time = std::max(finish[target] + graph.waitDelay[wait], start[target]);
		if (time > ready) {
			ready = time;
			bound = 0x80000000u + wait;
		}
	}
	if (asking != NONE && ready > moment) return LATER;
	settle(task, ready, bound);
	return DONE;
}

inline Worklist::Outcome Worklist::explore(uint32_t wanted, const Strand &scope) {
	std::vector<uint32_t> path{wanted};
	onPath[wanted] = true;
	Outcome outcome = DONE;
	while (!path.empty()) {
		outcome = attempt(path.back());
		if (outcome == DONE) {
			onPath[path.back()] = false;
			path.pop_back();
			continue;
		}
		if (outcome == BLOCKED && found >= scope.begin && found < scope.end) {
			if (found != asking && !onPath[found]) {
				onPath[found] = true;
				path.push_back(found);
				continue;
			}
			outcome = LATER;
		}
		for (const uint32_t task : path) onPath[task] = false;
		break;
	}
	return outcome;
}

inline Worklist::Outcome Worklist::answerWaits(uint32_t task, double time, const Strand &scope) {
	asking = task;
	moment = time;
	const uint32_t first = firstWaitFrom(task);
	uint32_t wait = first;
	while (wait + 1 < graph.waits && graph.waitTask[wait + 1] == task) wait++;
	for (wait++; wait > first;) {
		wait--;
		Stream &stream = streams[graph.waitStream[wait]];
		uint32_t target = stream.atFirst, latest = 0;
		for (Launcher &launcher : stream.launchers) {
			const auto &launches = launcher.launches;
			const auto isEarly = [&](uint32_t call) {
				if (start[call] == moment) std::exit(3);
				return start[call] < moment;
			};
			size_t &known = launcher.known;
			while (known > 0 && !isEarly(launches[known - 1].call)) known--;
			for (; known < launches.size(); known++) {
				const uint32_t call = launches[known].call;
				if (!isSettled(call)) {
					const Outcome outcome = explore(call, scope);
					if (outcome == LATER) break;
					if (outcome != DONE) {
						asking = NONE;
						return outcome;
					}
				}
				if (!isEarly(call)) break;
			}
			if (known > 0 && launches[known - 1].task >= latest) {
				latest = launches[known - 1].task;
				target = launches[known - 1].last;
			}
		}
		resolved[wait] = target;
	}
	asking = NONE;
	return DONE;
}

inline Worklist::Outcome Worklist::demand(uint32_t wanted, const Strand &scope) {
	Outcome outcome = explore(wanted, scope);
	while (outcome == ASKS) {
		outcome = answerWaits(found, foundTime, scope);
		if (outcome == DONE) outcome = explore(wanted, scope);
	}
	return outcome;
}
