/** What operators, ranges and kernels are for, by their names. */

export const OpKind = {
	none: 0,
	embedding: 1,
	norm: 2,
	attentionForward: 3,
	attentionBackward: 4,
	linear: 5,
	matmul: 6,
	batchedMatmul: 7,
	softmax: 8,
	softmaxBackward: 9,
	loss: 10,
	/** A node of the autograd graph: its gradient function runs once for each time its forward ran. */
	autogradNode: 11,
	forwardPass: 12,
	backwardPass: 13,
	allToAll: 14,
} as const;
export type OpKind = (typeof OpKind)[keyof typeof OpKind];

const autogradNode = /^autograd::engine::evaluate_function: /;
const backward = /backward|bwd|_grad(?:$|_)/i;
const attention = /attention|attn|fmha/i;
/** Code that a compiler made is named after all that it fused; only templates are attention itself. */
const fused = /^triton_(?!tem)/;
const passes = [
	[
		/^(?:#+ *)?(?:forward|fwd)(?:[ _-]?(?:step|compute|pass|micro_?batch))?(?:[ _:#-]*\d+)?(?: *#+)?$/i,
		OpKind.forwardPass,
	],
	[
		/^(?:#+ *)?(?:backward|bwd)(?:[ _-]?(?:step|compute|pass|micro_?batch))?(?:[ _:#-]*\d+)?(?: *#+)?$/i,
		OpKind.backwardPass,
	],
] as const;

export function rangeKind(name: string): OpKind {
	return passes.find(([pattern]) => pattern.test(name))?.[1] ?? OpKind.none;
}

export function opKind(name: string): OpKind {
	if (autogradNode.test(name)) return OpKind.autogradNode;
	const isBackward = backward.test(name);
	if (attention.test(name) && !fused.test(name) && !/mask|rotary/i.test(name))
		return isBackward ? OpKind.attentionBackward : OpKind.attentionForward;
	if (/cross_?entropy|nll_loss/i.test(name)) return isBackward ? OpKind.none : OpKind.loss;
	if (/softmax/i.test(name) && !/log_?softmax/i.test(name) && !fused.test(name))
		return isBackward ? OpKind.softmaxBackward : OpKind.softmax;
	if (isBackward) return rangeKind(name);
	if (/embedding/i.test(name) && !/bag|rotary|lookup|fbgemm/i.test(name)) return OpKind.embedding;
	if (/layer_?norm|rms_?norm/i.test(name) && !fused.test(name)) return OpKind.norm;
	if (name === "aten::linear") return OpKind.linear;
	if (/^aten::(?:mm|addmm|_scaled_mm)$/.test(name)) return OpKind.matmul;
	if (/^aten::(?:bmm|baddbmm)$/.test(name)) return OpKind.batchedMatmul;
	if (/all_?to_?all/i.test(name)) return OpKind.allToAll;
	return rangeKind(name);
}

export interface LayerName {
	/** `TransformerLayer`, `LlamaDecoderLayer`, `layers`. */
	readonly className: string;
	readonly index: number;
}

const notALayer = /norm|embed|linear|dropout|attention|attn|mlp|conv|basicblock|bottleneck|pool/i;

/** Of `nn.Module: TransformerLayer_3`, `TransformerLayer_3`, `model.layers.3`; null for what is no layer of a model. */
export function layerName(name: string): LayerName | null {
	const match = /^(?:nn\.Module: )?(?:\w+\.)*(\w*?(?:layers?|blocks?))[._ #-](\d{1,5})$/i.exec(name);
	if (match === null || notALayer.test(match[1]!)) return null;
	return { className: match[1]!, index: Number(match[2]) };
}

export const isAttentionModule = (name: string): boolean => /^nn\.Module: \w*(?:attention|attn)\w*$/i.test(name);

export const KernelUse = { other: 0, attentionForward: 1, attentionBackward: 2, matmul: 3, communication: 4 } as const;
export type KernelUse = (typeof KernelUse)[keyof typeof KernelUse];

const attentionKernel = /flash_?(?:attn|fwd|bwd)|flash::|fmha|attn_(?:fwd|bwd)|attention/i;
/** Kernels that only prepare for attention, combine its parts or finish it. */
const besideAttention = /prepare|preprocess|postprocess|combine|convert|reduce|mask|rotary|dot_do_o/i;

export function computeKernelUse(name: string): KernelUse {
	if (/gemm|nvjet|^Cijk_|cutlass::Kernel/i.test(name)) return KernelUse.matmul;
	if (!attentionKernel.test(name) || fused.test(name) || besideAttention.test(name)) return KernelUse.other;
	return backward.test(name) ? KernelUse.attentionBackward : KernelUse.attentionForward;
}

/** Size of a head, which FlashAttention 2 has as the first parameter of its kernels; null for other kernels. */
export function headSizeOfKernel(name: string): number | null {
	const match = /flash_fwd_(?:splitkv_)?kernel<\w*(?:::\w+)*<(\d+),/i.exec(name);
	return match === null ? null : Number(match[1]);
}
