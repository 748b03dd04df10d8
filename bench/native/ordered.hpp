// The ordered pass of assembly/ordered/ in C++: runs of ascending numbers, mostly of two ranks in step, and a record for
// each task with the places of two times and two delays, which are whole numbers here.
#pragma once
#include <algorithm>
#include <vector>

#include "container.hpp"

class OrderedPass {
public:
	OrderedPass(const Graph &graph, const std::vector<uint32_t> &resolved);
	void run();
	double makespan() const;

private:
	struct Record {
		uint32_t a, b, delayA, delayB;
	};
	/** Steps of one task, or of two in step, and a task of more than two edges behind them. */
	struct Run {
		uint32_t first, second, steps, heavy;
	};
	struct Edge {
		uint32_t slot;
		double delay;
	};
	struct Region {
		uint32_t next, end, nextParked;
	};

	const Graph &graph;
	const std::vector<uint32_t> &resolved;
	std::vector<Run> runs{Run{0, NONE, 0, NONE}};
	std::vector<Record> light;
	std::vector<Edge> heavy;
	std::vector<uint32_t> heavyEdges;
	/** Start of task t at 2t, finish at 2t + 1; behind the last task one at 0. */
	std::vector<double> times;
	std::vector<Region> regions;
	std::vector<uint32_t> ready, parked;
	std::vector<bool> done;
	uint32_t taken = 0;

	bool hasWaits(uint32_t task) const { return std::binary_search(graph.waitTask, graph.waitTask + graph.waits, task); }
	uint32_t missing(uint32_t task) const;
	bool isHeavy(uint32_t task) const;
	void take(uint32_t task);
	void takeAlone(uint32_t task);
	void addStep(uint32_t first, uint32_t second);
	uint32_t wake();
	uint32_t nextOf(uint32_t region);
	void runRegions();
	void demand(uint32_t task);
	void write(uint32_t task);
	void settle(uint32_t task) {
		const Record &record = light[task];
		const double start = std::max(times[record.a] + record.delayA, times[record.b] + record.delayB);
		times[2 * size_t{task}] = start;
		times[2 * size_t{task} + 1] = start + graph.duration[task];
	}
};

inline OrderedPass::OrderedPass(const Graph &graph, const std::vector<uint32_t> &resolved)
	: graph(graph), resolved(resolved), light(graph.tasks), times(2 * size_t{graph.tasks} + 2),
	  parked(graph.tasks, NONE), done(graph.tasks) {
	for (uint32_t task = 0; task < graph.tasks; task++) {
		if (task > 0 && graph.predOffset[task] != graph.predOffset[task + 1]) continue;
		if (!regions.empty()) regions.back().end = task;
		regions.push_back({task, graph.tasks, NONE});
	}
	for (uint32_t region = static_cast<uint32_t>(regions.size()); region > 0; region--) ready.push_back(region - 1);
	for (runRegions(); taken < graph.tasks; runRegions()) {
		const auto first = std::find_if(regions.begin(), regions.end(), [](const Region &r) { return r.next < r.end; });
		demand(missing(first->next));
	}
	for (const Run &run : runs) {
		for (uint32_t step = 0; step < run.steps; step++) {
			write(run.first + step);
			if (run.second != NONE) write(run.second + step);
		}
		if (run.heavy == NONE) continue;
		const size_t before = heavy.size();
		for (uint32_t edge = graph.predOffset[run.heavy]; edge < graph.predOffset[run.heavy + 1]; edge++) {
			heavy.push_back({graph.pred[edge], graph.delay[edge]});
		}
		const uint32_t *wait = std::lower_bound(graph.waitTask, graph.waitTask + graph.waits, run.heavy);
		for (; wait < graph.waitTask + graph.waits && *wait == run.heavy; wait++) {
			const uint32_t target = resolved[wait - graph.waitTask];
			if (target != NONE) heavy.push_back({2 * target + 1, graph.waitDelay[wait - graph.waitTask]});
		}
		heavyEdges.push_back(static_cast<uint32_t>(heavy.size() - before));
	}
}

inline void OrderedPass::write(uint32_t task) {
	const uint32_t first = graph.predOffset[task], end = graph.predOffset[task + 1];
	if (first == end) {
		light[task] = {2 * graph.tasks, 2 * graph.tasks, 0, 0};
		return;
	}
	const auto whole = [&](uint32_t edge) { return static_cast<uint32_t>(graph.delay[edge]); };
	light[task] = {graph.pred[first], graph.pred[end - 1], whole(first), whole(end - 1)};
}

inline void OrderedPass::run() {
	const Edge *edge = heavy.data();
	const uint32_t *edges = heavyEdges.data();
	for (const Run &run : runs) {
		if (run.second == NONE) {
			for (uint32_t step = 0; step < run.steps; step++) settle(run.first + step);
		} else {
			for (uint32_t step = 0; step < run.steps; step++) {
				settle(run.first + step);
				settle(run.second + step);
			}
		}
		if (run.heavy == NONE) continue;
		double start = 0;
		for (const Edge *end = edge + *edges++; edge < end; edge++) {
			start = std::max({start, times[edge->slot] + edge->delay, times[edge->slot & ~1u]});
		}
		times[2 * size_t{run.heavy}] = start;
		times[2 * size_t{run.heavy} + 1] = start + graph.duration[run.heavy];
	}
}

inline double OrderedPass::makespan() const { return *std::max_element(times.begin(), times.end()); }

inline uint32_t OrderedPass::missing(uint32_t task) const {
	for (uint32_t edge = graph.predOffset[task]; edge < graph.predOffset[task + 1]; edge++) {
		if (!done[graph.pred[edge] >> 1]) return graph.pred[edge] >> 1;
	}
	const uint32_t *wait = std::lower_bound(graph.waitTask, graph.waitTask + graph.waits, task);
	for (; wait < graph.waitTask + graph.waits && *wait == task; wait++) {
		const uint32_t target = resolved[wait - graph.waitTask];
		if (target != NONE && !done[target]) return target;
	}
	return NONE;
}

inline bool OrderedPass::isHeavy(uint32_t task) const {
	const uint32_t first = graph.predOffset[task], end = graph.predOffset[task + 1];
	for (uint32_t edge = first; edge < end; edge++) {
		if (graph.delay[edge] < 0) return true;
	}
	return end - first > 2 || hasWaits(task);
}

inline void OrderedPass::take(uint32_t task) {
	done[task] = true;
	taken++;
	for (uint32_t region = parked[task]; region != NONE; region = regions[region].nextParked) ready.push_back(region);
}

inline void OrderedPass::addStep(uint32_t first, uint32_t second) {
	Run &run = runs.back();
	const bool follows = run.heavy == NONE && run.steps > 0 && first == run.first + run.steps &&
			     (run.second == NONE ? second == NONE : second == run.second + run.steps);
	if (follows) run.steps++;
	else runs.push_back({first, second, 1, NONE});
}

inline void OrderedPass::takeAlone(uint32_t task) {
	if (!isHeavy(task)) addStep(task, NONE);
	else if (runs.back().heavy == NONE) runs.back().heavy = task;
	else runs.push_back({0, NONE, 0, task});
	take(task);
}

inline uint32_t OrderedPass::wake() {
	if (ready.empty()) return NONE;
	const uint32_t region = ready.back();
	ready.pop_back();
	return region;
}

inline uint32_t OrderedPass::nextOf(uint32_t index) {
	Region &region = regions[index];
	while (region.next < region.end && done[region.next]) region.next++;
	if (region.next == region.end) return NONE;
	const uint32_t wanted = missing(region.next);
	if (wanted == NONE) return region.next;
	region.nextParked = parked[wanted];
	parked[wanted] = index;
	return NONE;
}

inline void OrderedPass::runRegions() {
	uint32_t first = wake(), second = NONE;
	while (first != NONE) {
		if (second == NONE) second = wake();
		const uint32_t task = nextOf(first);
		if (task == NONE) {
			first = second == NONE ? wake() : second;
			second = NONE;
			continue;
		}
		if (second == NONE || isHeavy(task)) {
			takeAlone(task);
			continue;
		}
		const uint32_t other = nextOf(second);
		if (other == NONE) {
			second = NONE;
		} else if (isHeavy(other)) {
			takeAlone(other);
		} else {
			addStep(task, other);
			take(task);
			take(other);
		}
	}
}

inline void OrderedPass::demand(uint32_t wanted) {
	std::vector<uint32_t> path{wanted};
	while (!path.empty()) {
		const uint32_t task = path.back(), next = missing(task);
		if (next != NONE) {
			path.push_back(next);
			continue;
		}
		takeAlone(task);
		path.pop_back();
	}
}
