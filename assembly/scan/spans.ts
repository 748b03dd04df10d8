/** Values kept as text: strings without their quotes, arrays and numbers as they stand. */
import { ESCAPED, SPACED } from "./canonical";
import { setSpan } from "./pending";
import { sawEscape, stringEnd, valueEnd } from "./skip";

const QUOTE: u8 = 0x22;
const BRACKET: u8 = 0x5b;

/** Length of the last span, or -1 where the value was no text (`null`, an object). */
export let spanLength: i32 = 0;

export function readSpan(p: usize, field: usize): usize {
	const first = load<u8>(p);
	if (first === QUOTE) {
		const end = stringEnd(p + 1);
		if (end === 0) return 0;
		spanLength = <i32>(end - p - 1);
		setSpan(field, p + 1, spanLength, sawEscape ? ESCAPED : 0);
		return end + 1;
	}
	const end = valueEnd(p);
	if (end === 0) return 0;
	if (first === BRACKET) {
		spanLength = <i32>(end - p);
		setSpan(field, p, spanLength, SPACED);
	} else if (first === 0x2d || (first >= 0x30 && first <= 0x39)) {
		let stop = end;
		while (load<u8>(stop - 1) <= 0x20) stop--;
		spanLength = <i32>(stop - p);
		setSpan(field, p, spanLength, 0);
	} else {
		spanLength = -1;
		setSpan(field, p, 0, 0);
	}
	return end;
}
