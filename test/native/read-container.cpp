// Reads a container of Lumos as docs/format.md describes it, with nothing but the standard library, and prints
// what it holds as one line of JSON. Exit code 2 where the file is not as described.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

namespace {

struct Entry {
	uint32_t id;
	uint16_t elementType;
	uint16_t elementBytes;
	uint64_t offset;
	uint64_t byteLength;
	uint64_t count;
	uint32_t checksum;
	uint32_t reserved;
};
static_assert(sizeof(Entry) == 40, "entry of the section table");

struct Header {
	uint8_t magic[8];
	uint32_t version;
	uint32_t flags;
	uint64_t fileBytes;
	uint32_t sectionCount;
	uint32_t entryBytes;
	uint64_t taskCount;
	uint64_t edgeCount;
	uint64_t waitCount;
	uint32_t reserved;
	uint32_t checksum;
};
static_assert(sizeof(Header) == 64, "header");

[[noreturn]] void refuse(const char *problem) {
	std::fprintf(stderr, "%s\n", problem);
	std::exit(2);
}

uint32_t crc32(uint32_t previous, const uint8_t *bytes, size_t length) {
	uint32_t crc = ~previous;
	for (size_t i = 0; i < length; i++) {
		crc ^= bytes[i];
		for (int bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ (crc & 1 ? 0xEDB88320u : 0);
	}
	return ~crc;
}

} // namespace

int main(int argc, char **argv) {
	if (argc != 2) refuse("usage: read-container FILE");
	std::ifstream in(argv[1], std::ios::binary);
	const std::vector<uint8_t> file((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());

	Header header;
	if (file.size() < sizeof header) refuse("too short");
	std::memcpy(&header, file.data(), sizeof header);
	const uint8_t magic[8] = {0x89, 'L', 'U', 'M', 'O', 'S', '\r', '\n'};
	if (std::memcmp(header.magic, magic, sizeof magic) != 0) refuse("magic");
	if (header.version != 1 || header.flags != 0) refuse("version");
	if (header.fileBytes != file.size()) refuse("file length");
	const size_t tableBytes = size_t{header.sectionCount} * sizeof(Entry);
	if (header.entryBytes != sizeof(Entry) || sizeof header + tableBytes > file.size()) refuse("section table");
	const uint8_t *table = file.data() + sizeof header;
	if (crc32(crc32(0, file.data(), 60), table, tableBytes) != header.checksum) refuse("header checksum");

	std::map<uint32_t, Entry> sections;
	for (uint32_t i = 0; i < header.sectionCount; i++) {
		Entry entry;
		std::memcpy(&entry, table + i * sizeof entry, sizeof entry);
		if (entry.offset % 64 != 0 || entry.offset + entry.byteLength > file.size()) refuse("section out of place");
		if (entry.count * entry.elementBytes != entry.byteLength) refuse("section count");
		if (crc32(0, file.data() + entry.offset, entry.byteLength) != entry.checksum) refuse("section checksum");
		sections[entry.id] = entry;
	}
	const auto bytesOf = [&](uint32_t id) { return file.data() + sections.at(id).offset; };

	// The columns used here; a memory-mapped file would be read through such pointers directly.
	const auto *name = reinterpret_cast<const uint32_t *>(bytesOf(18));
	const auto *durationNs = reinterpret_cast<const double *>(bytesOf(20));
	const auto *delayNs = reinterpret_cast<const double *>(bytesOf(34));
	const auto *pred = reinterpret_cast<const uint32_t *>(bytesOf(33));
	const auto *stringOffsets = reinterpret_cast<const uint32_t *>(bytesOf(3));
	const char *stringBytes = reinterpret_cast<const char *>(bytesOf(2));

	double durations = 0, delays = 0;
	uint64_t predecessors = 0;
	for (uint64_t i = 0; i < header.taskCount; i++) durations += durationNs[i];
	for (uint64_t i = 0; i < header.edgeCount; i++) delays += delayNs[i];
	for (uint64_t i = 0; i < header.edgeCount; i++) predecessors += pred[i];
	const uint32_t last = name[header.taskCount - 1];
	const std::string text(stringBytes + stringOffsets[last], stringBytes + stringOffsets[last + 1]);
	std::printf("{\"tasks\":%llu,\"edges\":%llu,\"waits\":%llu,\"strings\":%llu,\"durationNs\":%.17g,\"delayNs\":%.17g,"
		    "\"predecessors\":%llu,\"lastName\":\"%s\",\"checksum\":%u}\n",
		    (unsigned long long)header.taskCount, (unsigned long long)header.edgeCount,
		    (unsigned long long)header.waitCount, (unsigned long long)(sections.at(3).count - 1), durations, delays,
		    (unsigned long long)predecessors, text.c_str(), crc32(0, file.data(), file.size()));
	return 0;
}
