/** The rows beside a row: what a collective moves, and who waits for whom at a synchronisation. */
import { QUOTED } from "./canonical";
import {
	COMM_COLLECTIVE,
	COMM_DST_RANK,
	COMM_DTYPE,
	COMM_GROUP_DESC,
	COMM_GROUP_NAME,
	COMM_GROUP_RANKS,
	COMM_GROUP_SIZE,
	COMM_IN_ELEMS,
	COMM_OUT_ELEMS,
	COMM_SEQ,
	COMM_SRC_RANK,
	COMMS,
	COMMS_TAKEN,
	column,
	get,
	SYNC_EVENT_ID,
	SYNC_RECORD_CORRELATION,
	SYNC_WAIT_ON_STREAM,
	SYNCS,
	SYNCS_TAKEN,
	set,
} from "./control";
import {
	ARG_COLLECTIVE,
	ARG_DST_RANK,
	ARG_DTYPE,
	ARG_EVENT_ID,
	ARG_GROUP_DESC,
	ARG_GROUP_NAME,
	ARG_GROUP_RANKS,
	ARG_GROUP_SIZE,
	ARG_IN_ELEMS,
	ARG_OUT_ELEMS,
	ARG_RECORD_CORRELATION,
	ARG_SEQ,
	ARG_SRC_RANK,
	ARG_WAIT_ON_STREAM,
	argument,
	hasArgument,
} from "./pending";
import { intern } from "./strings";

const NONE: i32 = -1;

@inline
export function integerArgument(args: u32, index: u32): i32 {
	return hasArgument(args, index) ? load<i32>(argument(index)) : NONE;
}

export function commitSync(args: u32): i32 {
	const row = get(SYNCS);
	set(SYNCS, row + 1);
	store<i32>(column(SYNC_WAIT_ON_STREAM, row, 2), integerArgument(args, ARG_WAIT_ON_STREAM));
	store<i32>(column(SYNC_RECORD_CORRELATION, row, 2), integerArgument(args, ARG_RECORD_CORRELATION));
	store<i32>(column(SYNC_EVENT_ID, row, 2), integerArgument(args, ARG_EVENT_ID));
	return get(SYNCS_TAKEN) + row;
}

export function commitComm(args: u32): i32 {
	const row = get(COMMS);
	set(COMMS, row + 1);
	store<u32>(column(COMM_COLLECTIVE, row, 2), textArgument(args, ARG_COLLECTIVE));
	store<u32>(column(COMM_DTYPE, row, 2), textArgument(args, ARG_DTYPE));
	store<f64>(column(COMM_IN_ELEMS, row, 3), numberArgument(args, ARG_IN_ELEMS));
	store<f64>(column(COMM_OUT_ELEMS, row, 3), numberArgument(args, ARG_OUT_ELEMS));
	store<i32>(column(COMM_GROUP_SIZE, row, 2), integerArgument(args, ARG_GROUP_SIZE));
	store<u32>(column(COMM_GROUP_NAME, row, 2), textArgument(args, ARG_GROUP_NAME));
	store<u32>(column(COMM_GROUP_DESC, row, 2), textArgument(args, ARG_GROUP_DESC));
	store<u32>(column(COMM_GROUP_RANKS, row, 2), textArgument(args, ARG_GROUP_RANKS));
	store<i32>(column(COMM_SEQ, row, 2), integerArgument(args, ARG_SEQ));
	store<i32>(column(COMM_SRC_RANK, row, 2), integerArgument(args, ARG_SRC_RANK));
	store<i32>(column(COMM_DST_RANK, row, 2), integerArgument(args, ARG_DST_RANK));
	return get(COMMS_TAKEN) + row;
}

function numberArgument(args: u32, index: u32): f64 {
	return hasArgument(args, index) ? <f64>load<i64>(argument(index)) : -1;
}

/** Unquoted: some versions write these texts quoted twice. */
function textArgument(args: u32, index: u32): u32 {
	if (!hasArgument(args, index)) return 0;
	const span = argument(index);
	const flags = load<u32>(span, 8);
	return intern(load<u32>(span), load<u32>(span, 4), flags === 0 ? 0 : flags | QUOTED);
}
