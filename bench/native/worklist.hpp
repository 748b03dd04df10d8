// The worklist of assembly/worklist/ in C++: ranks are followed as far as they go and parked on what they wait for.
// It ends with exit code 3 where two tasks start together and only an order in time could tell which comes first.
#pragma once
#include <algorithm>
#include <cmath>
#include <vector>

#include "launches.hpp"

class Worklist {
public:
	explicit Worklist(const Graph &graph);
	void run();
	double makespan() const;

	std::vector<double> start, finish;
	/** A wait: the task that it waited for, or NONE. */
	std::vector<uint32_t> resolved;

private:
	struct Strand {
		uint32_t begin, end, next, nextParked;
	};
	enum Outcome { DONE, LATER, ASKS, BLOCKED };
	static constexpr uint32_t UNASKED = 0xfefefefe;
	static constexpr double NOT_YET = -1;

	const Graph &graph;
	std::vector<Stream> streams;
	std::vector<Strand> strands;
	std::vector<uint32_t> stack, boundBy, order;
	size_t settled = 0;
	/** A task: the first of the strands parked on it. */
	std::vector<uint32_t> parked;
	std::vector<bool> onPath;
	uint32_t rankStrands = 0, found = NONE, asking = NONE;
	double foundTime = 0, moment = 0;

	bool isSettled(uint32_t task) const { return finish[task] >= 0; }
	uint32_t firstWaitFrom(uint32_t task) const {
		return static_cast<uint32_t>(std::lower_bound(graph.waitTask, graph.waitTask + graph.waits, task) - graph.waitTask);
	}
	uint32_t pull(uint32_t task, double &ready, uint32_t &bound) const;
	void settle(uint32_t task, double at, uint32_t bound);
	uint32_t followSimple(uint32_t begin, uint32_t stop);
	void follow(uint32_t index);
	void park(uint32_t index, uint32_t missing, uint32_t next);
	Outcome attempt(uint32_t task);
	Outcome explore(uint32_t wanted, const Strand &scope);
	Outcome answerWaits(uint32_t task, double time, const Strand &scope);
	Outcome demand(uint32_t wanted, const Strand &scope);
};

inline Worklist::Worklist(const Graph &graph)
	: start(graph.tasks), finish(graph.tasks), resolved(graph.waits), graph(graph), boundBy(graph.tasks),
	  order(graph.tasks), parked(graph.tasks), onPath(graph.tasks) {
	uint32_t meetings = graph.tasks;
	const auto hasEdges = [&](uint32_t task) { return graph.predOffset[task] != graph.predOffset[task + 1]; };
	while (meetings > 0 && graph.processor[meetings - 1] == NONE && hasEdges(meetings - 1)) meetings--;
	for (uint32_t task = 0; task < graph.tasks; task++) {
		if (task > 0 && task < meetings && hasEdges(task)) continue;
		if (!strands.empty()) strands.back().end = task;
		strands.push_back({task, graph.tasks, task, NONE});
		if (task < meetings) rankStrands++;
	}
	if (graph.waits > 0) streams = findLaunches(graph);
}

inline double Worklist::makespan() const { return *std::max_element(finish.begin(), finish.end()); }

inline uint32_t Worklist::pull(uint32_t task, double &ready, uint32_t &bound) const {
	ready = 0;
	bound = NONE;
	for (uint32_t edge = graph.predOffset[task + 1]; edge > graph.predOffset[task];) {
		edge--;
		const uint32_t slot = graph.pred[edge], from = slot >> 1;
		if (!isSettled(from)) return from;
		const double time = std::max(((slot & 1) ? finish : start)[from] + graph.delay[edge], start[from]);
		if (time >= ready) {
			ready = time;
			bound = edge;
		}
	}
	return NONE;
}

inline void Worklist::settle(uint32_t task, double at, uint32_t bound) {
	start[task] = at;
	finish[task] = at + graph.duration[task];
	boundBy[task] = bound;
	order[settled++] = task;
	for (uint32_t index = parked[task]; index != NONE; index = strands[index].nextParked) stack.push_back(index);
}

inline void Worklist::park(uint32_t index, uint32_t missing, uint32_t next) {
	strands[index].next = next;
	strands[index].nextParked = parked[missing];
	parked[missing] = index;
}

inline void Worklist::run() {
	std::fill(finish.begin(), finish.end(), NOT_YET);
	std::fill(parked.begin(), parked.end(), NONE);
	std::fill(resolved.begin(), resolved.end(), UNASKED);
	settled = 0;
	for (Stream &stream : streams) {
		for (Launcher &launcher : stream.launchers) launcher.known = 0;
	}
	for (uint32_t index = static_cast<uint32_t>(strands.size()); index > 0;) {
		index--;
		strands[index].next = strands[index].begin;
		if (index < rankStrands) stack.push_back(index);
		else follow(index);
	}
	while (!stack.empty()) {
		const uint32_t index = stack.back();
		stack.pop_back();
		follow(index);
	}
	if (settled < graph.tasks) refuse("ranks come to their meetings in different orders");
}

/** Settles tasks of one or two edges with delays of 0 or more; returns the first that is not such, or not ready. */
inline uint32_t Worklist::followSimple(uint32_t begin, uint32_t stop) {
	const uint32_t *const predOffset = graph.predOffset, *const pred = graph.pred;
	const double *const delay = graph.delay, *const duration = graph.duration;
	double *const starts = start.data(), *const finishes = finish.data();
	const std::ptrdiff_t gap = finishes - starts;
	uint32_t task = begin, first = predOffset[task];
	for (; task < stop; task++) {
		const uint32_t end = predOffset[task + 1];
		if (end - first - 1 > 1 || finishes[task] >= 0) break;
		const uint32_t last = end - 1, slotA = pred[first], slotB = pred[last];
		// What is not settled has a finish of -1, so both are looked at.
		if (finishes[slotA >> 1] < 0 || finishes[slotB >> 1] < 0 || delay[first] < 0 || delay[last] < 0) break;
		const double timeA = starts[gap * (slotA & 1) + (slotA >> 1)] + delay[first];
		const double timeB = starts[gap * (slotB & 1) + (slotB >> 1)] + delay[last];
		starts[task] = std::max(timeA, timeB);
		finishes[task] = starts[task] + duration[task];
		boundBy[task] = timeB > timeA ? last : first;
		order[settled++] = task;
		for (uint32_t index = parked[task]; index != NONE; index = strands[index].nextParked) stack.push_back(index);
		first = end;
	}
	return task;
}

inline void Worklist::follow(uint32_t index) {
	const Strand strand = strands[index];
	uint32_t wait = firstWaitFrom(strand.next);
	for (uint32_t task = strand.next; task < strand.end; task++) {
		while (wait < graph.waits && graph.waitTask[wait] < task) wait++;
		const uint32_t asker = wait < graph.waits ? graph.waitTask[wait] : NONE;
		task = followSimple(task, std::min(asker, strand.end));
		if (task == strand.end) return;
		if (isSettled(task)) continue;
		const bool asks = task == asker;
		double ready;
		uint32_t bound;
		uint32_t missing = pull(task, ready, bound);
		if (missing == NONE && !asks) {
			settle(task, ready, bound);
			continue;
		}
		if (asks || (missing >= strand.begin && missing < strand.end)) {
			const Outcome outcome = demand(task, strand);
			if (outcome == DONE) continue;
			if (outcome != BLOCKED) refuse("a task waits for itself");
			missing = found;
		}
		park(index, missing, task);
		return;
	}
}
