// The columns of a packed graph (docs/format.md), mapped into memory.
#pragma once
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

constexpr uint32_t NONE = 0xffffffff;
constexpr uint8_t LAUNCH_EDGE = 3;

[[noreturn]] inline void refuse(const char *problem) {
	std::fprintf(stderr, "%s\n", problem);
	std::exit(2);
}

struct Graph {
	uint32_t tasks = 0, edges = 0, waits = 0;
	const double *duration = nullptr, *delay = nullptr, *waitDelay = nullptr;
	const uint32_t *processor = nullptr, *predOffset = nullptr, *pred = nullptr;
	const uint32_t *waitTask = nullptr, *waitStream = nullptr;
	const uint8_t *edgeKind = nullptr;

	explicit Graph(const char *path) {
		const int file = open(path, O_RDONLY);
		struct stat status;
		if (file < 0 || fstat(file, &status) != 0) refuse("no such file");
		const auto *bytes = static_cast<const uint8_t *>(
			mmap(nullptr, status.st_size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, file, 0));
		close(file);
		const uint8_t magic[8] = {0x89, 'L', 'U', 'M', 'O', 'S', '\r', '\n'};
		if (bytes == MAP_FAILED || std::memcmp(bytes, magic, sizeof magic) != 0) refuse("not a packed graph");
		tasks = static_cast<uint32_t>(read<uint64_t>(bytes + 32));
		edges = static_cast<uint32_t>(read<uint64_t>(bytes + 40));
		waits = static_cast<uint32_t>(read<uint64_t>(bytes + 48));
		const uint32_t sections = read<uint32_t>(bytes + 24);
		for (uint32_t i = 0; i < sections; i++) {
			const uint8_t *entry = bytes + 64 + size_t{40} * i;
			place(read<uint32_t>(entry), bytes + read<uint64_t>(entry + 8));
		}
	}

private:
	template <typename T> static T read(const uint8_t *from) {
		T value;
		std::memcpy(&value, from, sizeof value);
		return value;
	}

	void place(uint32_t section, const uint8_t *at) {
		const auto *u32 = reinterpret_cast<const uint32_t *>(at);
		const auto *f64 = reinterpret_cast<const double *>(at);
		switch (section) {
		case 17: processor = u32; break;
		case 20: duration = f64; break;
		case 32: predOffset = u32; break;
		case 33: pred = u32; break;
		case 34: delay = f64; break;
		case 35: edgeKind = at; break;
		case 48: waitTask = u32; break;
		case 49: waitStream = u32; break;
		case 50: waitDelay = f64; break;
		}
	}
};
