/** The control block as fields. */
import type { Arena } from "./arena.js";
import { CONTROL_FIELDS, type ControlField } from "./layout.js";

const indexOf = Object.fromEntries(CONTROL_FIELDS.map((name, index) => [name, index])) as Record<ControlField, number>;

export class Control {
	private readonly first: number;

	constructor(
		private readonly arena: Arena,
		address: number,
	) {
		this.first = address / 4;
	}

	get(field: ControlField): number {
		return this.arena.u32[this.first + indexOf[field]]!;
	}

	set(field: ControlField, value: number): void {
		this.arena.u32[this.first + indexOf[field]] = value;
	}
}
