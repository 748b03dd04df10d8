/**
 * The scanner's memory: regions one behind the other from the module's own data up, never given back singly. Growing
 * detaches all views, so every view is made here, when it is needed.
 */
import { EnvironmentError } from "../../lib/errors.js";

const PAGE_BYTES = 65_536;
const MAX_PAGES = 65_536;
/** WebAssembly addresses are 32 bits wide. */
const MAX_BYTES = PAGE_BYTES * MAX_PAGES;

export class Arena {
	readonly memory = new WebAssembly.Memory({ initial: 64, maximum: MAX_PAGES });
	private next = 0;
	private bytes = new Uint8Array(this.memory.buffer);
	private words = new Uint32Array(this.memory.buffer);

	/** Forgets all regions; `base` is the first free address. */
	clear(base: number): void {
		this.next = base;
	}

	/** @throws EnvironmentError beyond the 4 GiB of one WebAssembly memory. */
	allocate(bytes: number): number {
		const begin = Math.ceil(this.next / 16) * 16;
		const end = begin + bytes;
		// The scanner may look a little past what it reads.
		const needed = Math.ceil((end + PAGE_BYTES) / PAGE_BYTES);
		if (needed * PAGE_BYTES > MAX_BYTES) {
			throw new EnvironmentError("the names in this trace need more than the 4 GiB that one scanner can hold");
		}
		const missing = needed - this.memory.buffer.byteLength / PAGE_BYTES;
		if (missing > 0) {
			try {
				this.memory.grow(missing);
			} catch {
				throw new EnvironmentError(`no memory for ${needed * PAGE_BYTES} bytes of scanner tables`);
			}
			this.bytes = new Uint8Array(this.memory.buffer);
			this.words = new Uint32Array(this.memory.buffer);
		}
		this.next = end;
		return begin;
	}

	/** All of it; valid until the next `allocate`. */
	get u8(): Uint8Array {
		return this.bytes;
	}

	get u32(): Uint32Array {
		return this.words;
	}
}
