/**
 * The arena: one section for each column, laid out one after the other from the kernel's heap base, in a memory that
 * grows once to what they need. The control block in front of them says where each is.
 */
import { CONTROL_BYTES, type ControlField, controlOffset } from "../abi/control.js";
import type { Kernel } from "./kernel-interface.js";

export type Column = Float64Array | Uint32Array | Uint8Array;

interface Section {
	readonly address: number;
	readonly content: Column | undefined;
}

/** Sections start on a cache line, so that none shares a line with another. */
const ALIGNMENT = 64;

export class Arena {
	readonly control: number;
	readonly #kernel: Kernel;
	readonly #sections = new Map<ControlField, Section>();
	readonly #counts = new Map<ControlField, number>();
	#end: number;

	/** Sections begin at `from`, behind the columns that are in the memory already. */
	constructor(kernel: Kernel, from = firstColumn(kernel)) {
		this.#kernel = kernel;
		this.control = align(kernel.base);
		this.#end = from;
	}

	/** Sets a field that is a number and no address. */
	count(field: ControlField, value: number): void {
		this.#counts.set(field, value);
	}

	/** A section that starts with what `content` holds; where that is in this memory, it is the section. */
	input(field: ControlField, content: Column): void {
		if (this.#kernel.owns(content.buffer)) {
			this.#sections.set(field, { address: content.byteOffset, content: undefined });
			return;
		}
		this.#add(field, content.byteLength, 0, content);
	}

	/** A section that the kernel fills, `shift` bytes after the start of a cache line. */
	reserve(field: ControlField, bytes: number, shift = 0): void {
		this.#add(field, bytes, shift, undefined);
	}

	#add(field: ControlField, bytes: number, shift: number, content: Column | undefined): void {
		const address = align(this.#end) + shift;
		this.#sections.set(field, { address, content });
		this.#end = address + bytes;
	}

	/** Grows the memory, writes the control block, copies the inputs. */
	commit(): void {
		this.#kernel.grow(this.#end);
		new Uint8Array(this.#kernel.buffer(), this.control, CONTROL_BYTES).fill(0);
		for (const [field, value] of this.#counts) this.write(field, value);
		for (const [field, { address, content }] of this.#sections) {
			this.write(field, address);
			if (content instanceof Float64Array) this.f64(field, content.length).set(content);
			else if (content instanceof Uint32Array) this.u32(field, content.length).set(content);
			else if (content) new Uint8Array(this.#kernel.buffer(), address, content.length).set(content);
		}
	}

	/** Sets a field of the control block in place. */
	write(field: ControlField, value: number): void {
		new Uint32Array(this.#kernel.buffer(), this.control + controlOffset(field), 1)[0] = value;
	}

	/** A field that the kernel set. */
	read(field: ControlField): number {
		return new Uint32Array(this.#kernel.buffer(), this.control + controlOffset(field), 1)[0]!;
	}

	f64(field: ControlField, length: number): Float64Array {
		return new Float64Array(this.#kernel.buffer(), this.#addressOf(field), length);
	}

	u32(field: ControlField, length: number): Uint32Array {
		return new Uint32Array(this.#kernel.buffer(), this.#addressOf(field), length);
	}

	#addressOf(field: ControlField): number {
		const section = this.#sections.get(field);
		if (!section) throw new Error(`the arena has no section ${field}`);
		return section.address;
	}
}

/** Where columns may begin: behind the control block. */
export function firstColumn(kernel: Kernel): number {
	return align(align(kernel.base) + CONTROL_BYTES);
}

export function align(address: number): number {
	return Math.ceil(address / ALIGNMENT) * ALIGNMENT;
}
