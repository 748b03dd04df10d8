/** Which cost model gave a piece of device work its time: told by the names and shapes that the emitters write. */

export const FAMILIES = [
	"matrix products",
	"attention kernels",
	"memory-bound kernels",
	"optimizer",
	"collectives",
	"messages between stages",
] as const;
export type Family = (typeof FAMILIES)[number];

export function kernelFamily(name: string, shape: string): Family {
	if (shape.includes(" @ ")) return "matrix products";
	if (name.startsWith("flash_attention")) return "attention kernels";
	if (name === "adam") return "optimizer";
	return "memory-bound kernels";
}
