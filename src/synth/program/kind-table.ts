/** The kinds of ranges and work of a program: made once, used by number ever after. */
import { device, HOST_COPY_BYTES_PER_NS, memoryEfficiency } from "../costs.js";
import type { Kernel } from "../kernels.js";
import { type RangeKind, Stream, type WorkKind } from "./instructions.js";

/** Work of a rank for itself, with its mean time. */
export interface KernelOp {
	readonly kind: number;
	readonly meanNs: number;
}

export class KindTable {
	readonly ranges: RangeKind[] = [];
	readonly works: WorkKind[] = [];

	range(kind: RangeKind): number {
		return this.ranges.push(kind) - 1;
	}

	work(kind: WorkKind): number {
		return this.works.push(kind) - 1;
	}

	kernel({ name, grid, block, registers, sharedMemory, extended, meanNs }: Kernel): KernelOp {
		const call = extended ? "cudaLaunchKernelExC" : "cudaLaunchKernel";
		const launch = { grid, block, registers, sharedMemory };
		return { kind: this.work({ category: "kernel", name, stream: Stream.compute, call, launch }), meanNs };
	}

	copy(direction: "HtoD" | "DtoH", bytes: number): KernelOp {
		const [from, to] = direction === "HtoD" ? ["Pinned", "Device"] : ["Device", "Pageable"];
		const name = `Memcpy ${direction} (${from} -> ${to})`;
		const kind = this.work({ category: "gpu_memcpy", name, stream: Stream.compute, call: "cudaMemcpyAsync", bytes });
		return { kind, meanNs: 900 + bytes / HOST_COPY_BYTES_PER_NS };
	}

	clear(bytes: number): KernelOp {
		const name = "Memset (Device)";
		const kind = this.work({ category: "gpu_memset", name, stream: Stream.compute, call: "cudaMemsetAsync", bytes });
		return { kind, meanNs: 1200 + bytes / (device.memoryBytesPerNs * memoryEfficiency.copy) };
	}
}
