/** The kind of task that a device row becomes, worked out once a name. */
import { Category, type StringTable } from "../trace/columns.js";
import { classifyKernel, type KernelClassTable } from "../trace/kernel-classes.js";
import { TaskKind } from "./graph.js";

export class KernelKinds {
	private readonly known: Int8Array;

	constructor(
		private readonly strings: StringTable,
		private readonly classes: KernelClassTable = [],
	) {
		this.known = new Int8Array(strings.count).fill(-1);
	}

	of(category: number, name: number): TaskKind {
		if (category !== Category.kernel) return TaskKind.memory;
		if (this.known[name]! < 0) this.known[name] = this.classify(this.strings.get(name));
		return this.known[name] as TaskKind;
	}

	private classify(name: string): TaskKind {
		switch (classifyKernel(name, this.classes)) {
			case "communication":
				return TaskKind.comm;
			case "memory":
				return TaskKind.memory;
			default:
				return TaskKind.kernel;
		}
	}
}
