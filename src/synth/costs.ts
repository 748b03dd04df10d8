/**
 * What the emulated machine can do: H100 SXM in nodes of NVLink, InfiniBand between nodes. These constants belong to the
 * emulator alone; no model that is judged against emulated traces may read them.
 */

export const device = {
	name: "NVIDIA H100 80GB HBM3",
	/** H100 SXM5 datasheet: 989.4 TFLOP/s dense BF16, 132 multiprocessors, 3.35 TB/s, 80 GB. */
	flopsPerNs: 989.4e3,
	multiprocessors: 132,
	memoryBytesPerNs: 3350,
	memoryBytes: 85_000_000_000,
	computeMajor: 9,
	computeMinor: 0,
	warpSize: 32,
} as const;

/** From the start of a kernel to its first useful instruction and back: 2 to 3 us for the smallest kernels in traces. */
export const KERNEL_FLOOR_NS = 1900;

export const gemm = {
	/** Output tiles of cuBLAS' Hopper kernels; one tile a multiprocessor at a time. */
	tiles: [
		[256, 128],
		[128, 128],
		[128, 64],
		[64, 64],
	],
	/** Share of the peak inside a tile, by tile: large BF16 products reach 700 to 790 TFLOP/s on H100. */
	tileEfficiency: [0.79, 0.72, 0.58, 0.42],
	/** Filling and draining the pipeline of a tile costs as much as so many steps along k. */
	tileOverheadSteps: 220,
	/** Libraries pick better kernels for some shapes than for others: up to so much either way. */
	shapeSpread: 0.06,
} as const;

export const attention = {
	/** FlashAttention-2 on H100, head size 128, causal: rises with the sequence to about 400 TFLOP/s forwards. */
	flopsPerNs: 410e3,
	halfSpeedSequence: 600,
	/** Its backward pass does 2.5 times the arithmetic at about 0.8 times the speed. */
	backwardFlops: 2.5,
	backwardSpeed: 0.8,
} as const;

/** Streaming kernels reach about 90 % of the memory's bandwidth (BabelStream on H100: 3.0 TB/s); norms less. */
export const memoryEfficiency = { elementwise: 0.88, norm: 0.72, optimizer: 0.82, copy: 0.85 } as const;

/** Pinned memory over PCIe 5.0 x16: 55 GB/s of 63. */
export const HOST_COPY_BYTES_PER_NS = 55;

export const network = {
	/** NVLink 4: 450 GB/s each way; nccl-tests show about 365 GB/s bus bandwidth for 8-GPU rings. */
	nodeBytesPerNs: 365,
	/** One ConnectX-7 a GPU: NDR, 400 Gb/s, of which nccl-tests show about 46 GB/s. */
	nicBytesPerNs: 46,
	/** Send and receive between two GPUs use fewer channels than a ring: about 170 GB/s over NVLink. */
	nodePairBytesPerNs: 170,
	/** A step of a ring or tree inside a node and between nodes; nccl-tests' small messages: 12 us and 30 us. */
	nodeStepNs: 850,
	nicStepNs: 4600,
	/** NCCL's kernel itself. */
	baseNs: 5200,
	/** Messages of this size reach half of the bandwidth. */
	halfSpeedBytes: 1_200_000,
	/** Ring for bandwidth, tree for latency: a tree moves data at this share of the ring's bandwidth. */
	treeSpeed: 0.82,
} as const;

/** CUDA takes so many launches ahead of a stream; then the launching call blocks until one of them is done. */
export const LAUNCH_QUEUE = 1024;

/** CPU of the host, ns. Calls as CUPTI shows them on H100 hosts; operators as in PyTorch traces of eager training. */
export const cpu = {
	launch: 4600,
	event: 1100,
	sync: 2500,
	/** Before an operator: Python. */
	python: 3200,
	operatorHead: 2600,
	annotationHead: 4000,
	rangeTail: 1300,
	/** A call leaves a little time that belongs to nobody. */
	afterCall: 300,
	toAutograd: 14_000,
	fromAutograd: 9000,
	/** Between two passes of the schedule. */
	schedule: 9000,
	pointToPoint: 6000,
	betweenSteps: 38_000,
} as const;

export const latency = {
	/** From the start of the launching call to the start of the kernel on an idle device. */
	launch: 4300,
	/** Between two kernels on one stream, and from an event to the work that waited for it. */
	streamGap: 1000,
	event: 1400,
	/** From the end of device work to the return of the call that waits for it. */
	wakeUp: 2200,
	/** Members of a collective do not see its end at the same instant. */
	collectiveEnd: 1000,
} as const;
