// What the engine does, in C++ over the same packed graph: simulates it and re-times it. `replay FILE TIMES` prints
// one line of JSON: how long each took, as often as asked for, and the makespan.
#include <chrono>
#include <functional>

#include "ask.hpp"
#include "ordered.hpp"

namespace {

double secondsOf(const std::function<void()> &run) {
	const auto begin = std::chrono::steady_clock::now();
	run();
	return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

void print(const char *name, const std::vector<double> &seconds) {
	std::printf(",\"%s\":[", name);
	for (size_t i = 0; i < seconds.size(); i++) std::printf("%s%.6f", i ? "," : "", seconds[i]);
	std::printf("]");
}

} // namespace

int main(int argc, char **argv) {
	if (argc != 3) refuse("usage: replay FILE TIMES");
	const Graph graph(argv[1]);
	const size_t times = std::strtoul(argv[2], nullptr, 10);
	std::vector<double> worklistSeconds(times), orderedSeconds(times);

	Worklist worklist(graph);
	for (double &seconds : worklistSeconds) seconds = secondsOf([&] { worklist.run(); });
	OrderedPass ordered(graph, worklist.resolved);
	for (double &seconds : orderedSeconds) seconds = secondsOf([&] { ordered.run(); });
	if (ordered.makespan() != worklist.makespan()) refuse("the ordered pass gives another makespan");

	std::printf("{\"tasks\":%u,\"makespanNs\":%.17g", graph.tasks, worklist.makespan());
	print("worklistSeconds", worklistSeconds);
	print("orderedSeconds", orderedSeconds);
	std::printf("}\n");
}
