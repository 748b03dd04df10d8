/** `Input Dims` as recorded: the sizes of every tensor that an operator takes. */

export type Dims = readonly (readonly number[])[];

/** A scalar, a list of tensors or anything else that is no tensor becomes `[]`; text that is no list gives no inputs. */
export function parseDims(text: string): Dims {
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch {
		// Profilers cut long argument lists off in the middle; such an operator counts, but has no sizes.
		return [];
	}
	return Array.isArray(value) ? value.map((input) => (isSizes(input) ? input : [])) : [];
}

function isSizes(input: unknown): input is number[] {
	return Array.isArray(input) && input.every((size) => Number.isSafeInteger(size) && size >= 0);
}
