import { crc32 as zlibCrc32 } from "node:zlib";

/**
 * CRC-32 (ISO-HDLC: reflected polynomial 0xEDB88320, initial value and final xor 0xFFFFFFFF; that of zlib, gzip and
 * PNG). Finds every change of a single byte and every burst of up to 32 bits.
 */
export function crc32(bytes: Uint8Array, previous = 0): number {
	return zlibCrc32(bytes, previous);
}
