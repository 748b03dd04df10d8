/** The layers that ranges name: `nn.Module` ranges, or annotations of the same form. */
import type { StringTable } from "../../trace/columns.js";
import { isAttentionModule, type LayerName, layerName } from "./names.js";

export class LayerNames {
	/** Indices seen in the whole trace, by class of layer. */
	readonly byClass = new Map<string, Set<number>>();
	hasAttention = false;
	readonly #seen = new Set<number>();

	constructor(private readonly strings: StringTable) {}

	add(nameId: number): void {
		if (this.#seen.has(nameId)) return;
		this.#seen.add(nameId);
		const name = this.strings.get(nameId);
		if (isAttentionModule(name)) this.hasAttention = true;
		const layer = layerName(name);
		if (layer !== null) this.#note(layer);
	}

	#note({ className, index }: LayerName): void {
		const indices = this.byClass.get(className);
		if (indices) indices.add(index);
		else this.byClass.set(className, new Set([index]));
	}
}
