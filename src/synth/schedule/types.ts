/** The vocabulary of schedules. */

export interface PassAction {
	/** `weights` is the part of a backward pass that a zero-bubble schedule puts off. */
	readonly type: "forward" | "backward" | "weights";
	readonly microBatch: number;
	readonly chunk: number;
}

export type Transfer = "send next" | "receive next" | "send previous" | "receive previous";

/** Transfers that begin together; the stage goes on when all of them are done. */
export interface ExchangeAction {
	readonly type: "exchange";
	readonly transfers: readonly Transfer[];
}

export type Action = PassAction | ExchangeAction;

export interface Stage {
	readonly stage: number;
	readonly stages: number;
	readonly microBatches: number;
}

/** No action where nothing is exchanged. */
export function exchange(...transfers: (Transfer | false)[]): Action[] {
	const wanted = transfers.filter((transfer) => transfer !== false);
	return wanted.length > 0 ? [{ type: "exchange", transfers: wanted }] : [];
}
