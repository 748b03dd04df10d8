/**
 * What the categories (`cat`) of the dialects mean. Kineto's names of today, the capitalised ones of 2021, and those of
 * accelerators that bring their own prefix.
 */
import { Category } from "./columns.js";

/** Classes beyond Category that the scanner knows; mirrored in assembly/scan/commit.ts. */
export const ScannerClass = {
	/** A Python frame: a row where its name begins with `nn.Module`. */
	python: 32,
	/** A flow from a forward operator to its backward. */
	forwardBackward: 33,
	/** No category: the track decides, see uncategorised.ts. */
	uncategorised: 253,
	/** The end of a begin/end pair. */
	end: 254,
} as const;

const named: Readonly<Record<string, number>> = {
	cpu_op: Category.cpuOp,
	operator: Category.cpuOp,
	hpu_op: Category.cpuOp,
	user_annotation: Category.userAnnotation,
	"user annotation": Category.userAnnotation,
	runtime: Category.runtime,
	driver: Category.runtime,
	kernel: Category.kernel,
	concurrent_kernel: Category.kernel,
	mtia_ccp_events: Category.kernel,
	memcpy: Category.memcpy,
	memset: Category.memset,
	gpu_memcpy: Category.memcpy,
	gpu_memset: Category.memset,
	gpu_user_annotation: Category.gpuAnnotation,
	cuda_sync: Category.sync,
	overhead: Category.overhead,
	python_function: ScannerClass.python,
	fwdbwd: ScannerClass.forwardBackward,
	forward_backward: ScannerClass.forwardBackward,
};

/** Categories that are passed over on purpose: bookkeeping of the profiler, and flows that the correlation id repeats. */
const passedOver = new Set([
	"trace",
	"spans",
	"ac2g",
	"async",
	"async_gpu",
	"async_cpu_to_gpu",
	"cpu_to_cuda",
	"cpu_to_hip",
	"cpu_instant_event",
	"external_correlation",
	"cuda_profiler_range",
	"gpu_pm_counter",
]);

/** `xpu_driver`, `privateuse1_runtime`, `hpu_memcpy`, … */
const suffixes: readonly (readonly [RegExp, number])[] = [
	[/_(runtime|driver)$/, Category.runtime],
	[/_kernel$/, Category.kernel],
	[/_memcpy$/, Category.memcpy],
	[/_memset$/, Category.memset],
	[/_user_annotation$/, Category.gpuAnnotation],
	[/_sync$/, Category.sync],
];

export interface CategoryMeaning {
	readonly scannerClass: number;
	/** False where Lumos never heard of the category: worth a warning. */
	readonly known: boolean;
}

export function meaningOf(category: string): CategoryMeaning {
	const name = category.toLowerCase();
	const direct = Object.hasOwn(named, name) ? named[name] : undefined;
	if (direct !== undefined) return { scannerClass: direct, known: true };
	if (passedOver.has(name)) return { scannerClass: Category.other, known: true };
	for (const [suffix, scannerClass] of suffixes) if (suffix.test(name)) return { scannerClass, known: true };
	return { scannerClass: Category.other, known: false };
}
