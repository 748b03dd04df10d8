/** Predicts measured rows and says how far the predictions are off, all together and where configurations compete. */
import type { HardwareConfig } from "../../config/hardware.js";
import type { FrameworkOptions } from "../../plan/blocks/rank-context.js";
import { type Interval, intervalOf, type Knowledge } from "./interval.js";
import type { MeasuredRow } from "./rows.js";
import { simulateRow } from "./simulate-row.js";
import { mean, quantile, spearman } from "./statistics.js";

export interface ValidatedRow {
	readonly row: MeasuredRow;
	readonly predictedMs: number;
	/** (predicted - measured) / measured. */
	readonly errorPct: number;
	readonly interval: Interval;
}

export interface GroupSummary {
	readonly group: string;
	readonly n: number;
	readonly mapePct: number;
	readonly spearman: number | null;
	/** How much slower the row predicted fastest was measured than the fastest of the group. */
	readonly topOneRegretPct: number;
}

export interface ValidationSummary {
	readonly n: number;
	readonly mapePct: number;
	readonly p95Pct: number;
	readonly worstPct: number;
	readonly biasPct: number;
	readonly spearman: number | null;
	/** Share of the rows whose measurement is inside its interval. */
	readonly intervalCoverage: number;
	readonly perGroup: readonly GroupSummary[];
}

export function validateRow(
	row: MeasuredRow,
	hardware: HardwareConfig,
	options: FrameworkOptions,
	knowledge: Knowledge,
): ValidatedRow {
	const simulate = (at: HardwareConfig): number => simulateRow(row, at, options);
	const predictedMs = simulate(hardware);
	return {
		row,
		predictedMs,
		errorPct: 100 * (predictedMs / row.measuredMs - 1),
		interval: intervalOf(simulate, hardware, knowledge, predictedMs),
	};
}

/** Configurations of a group compete: the same model and global batch on as many GPUs. */
export function groupOf({ gpus, model, parallel }: MeasuredRow): string {
	const { numLayers, hiddenSize, numAttentionHeads, numQueryGroups, ffnHiddenSize, seqLength, vocabSize } = model;
	const usual = { heads: numAttentionHeads, seq: seqLength };
	const parts = [
		`${numLayers} x ${hiddenSize}`,
		...Object.entries(usual).map(([name, value]) => `${name} ${value}`),
		...(numQueryGroups === numAttentionHeads ? [] : [`kv_heads ${numQueryGroups}`]),
		...(ffnHiddenSize === 4 * hiddenSize ? [] : [`ffn ${ffnHiddenSize}`]),
		`vocab ${vocabSize}`,
		`${gpus} GPUs`,
		`batch ${parallel.globalBatchSize}`,
	];
	return parts.join(", ");
}

function summarizeGroup(group: string, rows: readonly ValidatedRow[]): GroupSummary {
	const fastest = rows.reduce((best, row) => (row.predictedMs < best.predictedMs ? row : best));
	const best = Math.min(...rows.map(({ row }) => row.measuredMs));
	return {
		group,
		n: rows.length,
		mapePct: mean(rows.map(({ errorPct }) => Math.abs(errorPct))),
		spearman: rankCorrelation(rows),
		topOneRegretPct: 100 * (fastest.row.measuredMs / best - 1),
	};
}

export function rankCorrelation(rows: readonly ValidatedRow[]): number | null {
	return spearman(
		rows.map(({ predictedMs }) => predictedMs),
		rows.map(({ row }) => row.measuredMs),
	);
}

/** @param rows at least one */
export function summarize(rows: readonly ValidatedRow[]): ValidationSummary {
	const sizes = rows.map(({ errorPct }) => Math.abs(errorPct));
	const groups = new Map<string, ValidatedRow[]>();
	for (const validated of rows) {
		const group = groupOf(validated.row);
		const members = groups.get(group);
		if (members) members.push(validated);
		else groups.set(group, [validated]);
	}
	const covered = rows.filter(
		({ row, interval }) => row.measuredMs >= interval.lowMs && row.measuredMs <= interval.highMs,
	);
	return {
		n: rows.length,
		mapePct: mean(sizes),
		p95Pct: quantile(sizes, 0.95),
		worstPct: sizes.reduce((worst, size) => Math.max(worst, size), 0),
		biasPct: mean(rows.map(({ errorPct }) => errorPct)),
		spearman: rankCorrelation(rows),
		intervalCoverage: covered.length / rows.length,
		perGroup: [...groups].map(([group, members]) => summarizeGroup(group, members)),
	};
}
