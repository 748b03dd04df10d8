/**
 * The arena: one section for each column, laid out one after the other behind the control block, in a memory that grows
 * to what they need. The control block says where each is.
 */
import { CONTROL_BYTES, type ControlField, controlOffset } from "../abi/control.js";
import { EnvironmentError } from "../lib/errors.js";
import { type Kernel, MAX_MEMORY_BYTES } from "./kernel-interface.js";

export type Column = Float64Array | Uint32Array | Uint8Array;

/** A section that the kernel fills, `shift` bytes after the start of a cache line. */
export interface Section {
	readonly field: ControlField;
	readonly bytes: number;
	readonly shift?: number;
}

/** Sections start on a cache line, so that none shares a line with another. */
const ALIGNMENT = 64;

export class Arena {
	readonly control: number;
	readonly #kernel: Kernel;
	readonly #limitBytes: number;
	readonly #addresses = new Map<ControlField, number>();
	#end: number;

	/** Sections begin at `from`, behind columns that are in the memory already; none may end behind `limitBytes`. */
	constructor(kernel: Kernel, { from = firstColumn(kernel), limitBytes = MAX_MEMORY_BYTES } = {}) {
		this.#kernel = kernel;
		this.#limitBytes = limitBytes;
		this.control = align(kernel.base);
		this.#end = from;
		kernel.grow(this.control + CONTROL_BYTES);
		new Uint8Array(kernel.buffer(), this.control, CONTROL_BYTES).fill(0);
	}

	/** Where the next section may begin. */
	get end(): number {
		return this.#end;
	}

	/** Adds sections that start with what columns hold. One that is in this memory already is the section. */
	inputs(columns: Partial<Record<ControlField, Column>>): void {
		const entries = Object.entries(columns) as [ControlField, Column][];
		const foreign = entries.filter(([, column]) => !this.#kernel.owns(column.buffer));
		this.reserve(foreign.map(([field, { byteLength }]) => ({ field, bytes: byteLength })));
		for (const [field, column] of foreign) {
			if (column instanceof Float64Array) this.f64(field, column.length).set(column);
			else if (column instanceof Uint32Array) this.u32(field, column.length).set(column);
			else new Uint8Array(this.#kernel.buffer(), this.#addressOf(field), column.length).set(column);
		}
		for (const [field, column] of entries) {
			if (!foreign.some(([other]) => other === field)) this.#place(field, column.byteOffset);
		}
	}

	/** Adds sections that the kernel fills. */
	reserve(sections: readonly Section[]): void {
		const end = endBehind(this.#end, sections);
		if (end > this.#limitBytes) throw tooLarge(end, this.#limitBytes);
		this.#kernel.grow(end);
		for (const { field, bytes, shift = 0 } of sections) {
			const address = align(this.#end) + shift;
			this.#end = address + bytes;
			this.#place(field, address);
		}
	}

	#place(field: ControlField, address: number): void {
		this.#addresses.set(field, address);
		this.write(field, address);
	}

	/** Sets a field of the control block. */
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
		const address = this.#addresses.get(field);
		if (address === undefined) throw new Error(`the arena has no section ${field}`);
		return address;
	}
}

/** Where sections end that begin behind `from`. */
export function endBehind(from: number, sections: readonly Section[]): number {
	return sections.reduce((end, { bytes, shift = 0 }) => align(end) + shift + bytes, from);
}

/** Where columns may begin: behind the control block. */
export function firstColumn(kernel: Kernel): number {
	return align(align(kernel.base) + CONTROL_BYTES);
}

export function align(address: number): number {
	return Math.ceil(address / ALIGNMENT) * ALIGNMENT;
}

function tooLarge(bytes: number, limitBytes: number): EnvironmentError {
	const [needs, has] = [bytes, limitBytes].map((count) => (count / 2 ** 30).toFixed(2));
	return new EnvironmentError(`the graph needs ${needs} GiB, the engine has ${has}: simulate fewer ranks at a time`);
}
