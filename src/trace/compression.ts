/** How a file is compressed, told by its first bytes, never by its name. */

export type Compression = "none" | "gzip" | "zstd";

export function compressionOf(head: Uint8Array): Compression {
	if (head[0] === 0x1f && head[1] === 0x8b) return "gzip";
	if (head[0] === 0x28 && head[1] === 0xb5 && head[2] === 0x2f && head[3] === 0xfd) return "zstd";
	// Skippable frames: 0x184D2A5?, little-endian.
	if (head[1] === 0x2a && head[2] === 0x4d && head[3] === 0x18 && (head[0]! & 0xf0) === 0x50) return "zstd";
	return "none";
}
