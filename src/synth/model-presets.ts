/**
 * Models by name. The four of GPT-3 are Table 1 of the Lumos paper (MLSys 2025): heads are 128 wide throughout, so that
 * the attention of the 44B model is narrower than its hidden size. Sequence 2048 and a vocabulary of 51,200 (50,257
 * padded for up to 8-way tensor parallelism) are those of Megatron-LM's GPT-3 runs (Korthikanti et al. 2022, table 3).
 */
import type { Model } from "./job.js";

const gpt3 = { headSize: 128, sequence: 2048, vocabulary: 51_200 } as const;

export const modelPresets: Readonly<Record<string, Model>> = {
	"gpt3-15b": { ...gpt3, layers: 48, hidden: 6144, ffn: 12_288, heads: 48 },
	"gpt3-44b": { ...gpt3, layers: 48, hidden: 12_288, ffn: 24_576, heads: 48 },
	"gpt3-117b": { ...gpt3, layers: 96, hidden: 12_288, ffn: 24_576, heads: 96 },
	"gpt3-175b": { ...gpt3, layers: 96, hidden: 12_288, ffn: 49_152, heads: 96 },
};
