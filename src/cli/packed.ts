/** Packed graphs, which every command takes instead of traces. */
import type { Container } from "../graph/container/index.js";
import { isContainer } from "../graph/container/sniff.js";
import { UserError } from "../lib/errors.js";
import type { ReadFlags } from "./options.js";
import { statOrUndefined } from "./stat.js";

/** Warnings about damage: what `--strict` refuses. */
const DAMAGE = new Set(["truncated", "corrupt"]);

/** The packed graph if that is what was named; undefined for traces. */
export async function openPacked(paths: readonly string[], flags: ReadFlags): Promise<Container | undefined> {
	const path = paths.find(isPacked);
	if (path === undefined) return undefined;
	if (paths.length > 1) throw new UserError(`${path} is a packed graph: give it alone, not with other files`);
	if (flags.kernelClasses !== undefined)
		throw new UserError(`${path} is packed, its kernels are classed: give --kernel-classes to lumos pack`);
	// Not loaded for traces: the checks of what is in a container take a tenth of a second to load.
	const { readContainer } = await import("../graph/container/index.js");
	// Where a simulation reads it: nothing is copied then.
	const { allocateRoom } = await import("../engine/index.js");
	const container = readContainer(path, { allocate: allocateRoom });
	const damage = container.meta.warnings.find(({ code }) => DAMAGE.has(code));
	if (flags.strict && damage) throw new UserError(`${path} was packed from a damaged trace: ${damage.message}`);
	return container;
}

/** A pipe would wait for a writer. */
function isPacked(path: string): boolean {
	return statOrUndefined(path)?.isFile() === true && isContainer(path);
}
