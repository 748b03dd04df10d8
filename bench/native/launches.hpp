// The launches on the streams that somebody waits for, a list for each launching thread, in the order of the stream:
// what assembly/worklist/launches.ts does, with vectors.
#pragma once
#include <vector>

#include "container.hpp"

struct Launch {
	uint32_t call, task, last;
};

struct Launcher {
	uint32_t thread;
	std::vector<Launch> launches;
	size_t known = 0;
};

struct Stream {
	bool waitedFor = false;
	uint32_t atFirst = NONE;
	std::vector<Launcher> launchers;
};

inline std::vector<Stream> findLaunches(const Graph &graph) {
	uint32_t processors = 0;
	for (uint32_t task = 0; task < graph.tasks; task++) {
		if (graph.processor[task] != NONE && graph.processor[task] >= processors) processors = graph.processor[task] + 1;
	}
	std::vector<Stream> streams(processors);
	std::vector<std::pair<uint32_t, size_t>> latest(processors, {NONE, 0});
	for (uint32_t wait = 0; wait < graph.waits; wait++) streams[graph.waitStream[wait]].waitedFor = true;
	for (uint32_t task = 0; task < graph.tasks; task++) {
		const uint32_t on = graph.processor[task];
		if (on == NONE || !streams[on].waitedFor) continue;
		Stream &stream = streams[on];
		uint32_t call = NONE;
		for (uint32_t edge = graph.predOffset[task]; edge < graph.predOffset[task + 1]; edge++) {
			if (graph.edgeKind[edge] == LAUNCH_EDGE) call = graph.pred[edge] >> 1;
		}
		auto &[launcher, place] = latest[on];
		if (call == NONE) {
			if (launcher == NONE) stream.atFirst = task;
			else stream.launchers[launcher].launches[place].last = task;
			continue;
		}
		launcher = 0;
		while (launcher < stream.launchers.size() && stream.launchers[launcher].thread != graph.processor[call]) launcher++;
		if (launcher == stream.launchers.size()) stream.launchers.push_back({graph.processor[call], {}});
		place = stream.launchers[launcher].launches.size();
		stream.launchers[launcher].launches.push_back({call, task, task});
	}
	return streams;
}
