/** Names of kernels and operators for narrow columns. They come from the trace: nothing of them may reach a terminal as a command. */

/** Control characters, which could move the cursor or change colours, and marks that reverse the direction of text. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

export function printable(text: string): string {
	return text.replace(UNPRINTABLE, "\ufffd");
}

/**
 * A name in at most `width` characters. What says least goes first: the return type and the parameters, where in a
 * function a lambda stands, inner template arguments, namespaces, all template arguments but the longest, that one too, and at last the middle.
 */
export function shortenName(name: string, width: number, ellipsis = "\u2026"): string {
	let text = printable(name);
	const reductions = [
		dropSignature,
		nameLambdas,
		(longer: string) => trimTemplates(longer, 1, ellipsis),
		dropNamespaces,
		(longer: string) => keepLongestArgument(longer, ellipsis, width),
		(longer: string) => trimTemplates(longer, 0, ellipsis),
	];
	for (const reduce of reductions) {
		if (text.length <= width) return text;
		text = reduce(text);
	}
	return cutMiddle(text, width, ellipsis);
}

/** `void f<T>(int, float*)` to `f<T>`. */
function dropSignature(name: string): string {
	const bare = name.replace(/^(?:void|static|__global__)\s+/, "").replaceAll("(anonymous namespace)::", "");
	if (!bare.endsWith(")")) return bare;
	let depth = 0;
	for (let i = bare.length - 1; i > 0; i--) {
		if (bare[i] === ")") depth++;
		else if (bare[i] === "(" && --depth === 0) return bare.slice(0, i).trimEnd();
	}
	return bare;
}

/** Parameters, then lambdas in each other's call operators: `(It&)::{lambda()#2}::operator()() const::{lambda(float)#1}`. */
const LAMBDAS =
	/(?:::operator\(\))?\([^(){}]*\)(?: const)?::\{lambda\([^(){}]*\)#\d+\}(?:::operator\(\)\([^(){}]*\)(?: const)?::\{lambda\([^(){}]*\)#\d+\})*/g;

/** `f_cuda(It&)::{lambda()#2}` to `f_cuda`, also where that stands in the parameters of another. */
function nameLambdas(name: string): string {
	const named = name.replace(LAMBDAS, "");
	return named === name ? name : nameLambdas(named);
}

/** Replaces template arguments below `depth` levels by an ellipsis; operators such as `->` and `<<` are left. */
function trimTemplates(name: string, depth: number, ellipsis: string): string {
	let out = "";
	let level = 0;
	for (let i = 0; i < name.length; i++) {
		const character = name[i]!;
		const closes = character === ">" && level > 0 && name[i - 1] !== "-";
		if (character === "<") {
			if (level === depth) out += `<${ellipsis}`;
			else if (level < depth) out += "<";
			level++;
		} else if (closes) {
			level--;
			if (level <= depth) out += ">";
		} else if (level <= depth) out += character;
	}
	// Brackets that do not pair are no templates.
	return level === 0 ? out : name;
}

function dropNamespaces(name: string): string {
	return name.replace(/\b[A-Za-z_]\w*::(?=[A-Za-z_~])/g, "");
}

/** Less of an argument tells nothing. */
const LEAST_ARGUMENT = 12;

/** `f<4, FillFunctor<…>, array<…>>` to `f<…FillFunctor<…>…>`: what tells one elementwise kernel from another. */
function keepLongestArgument(name: string, ellipsis: string, width: number): string {
	const open = name.indexOf("<");
	const close = name.lastIndexOf(">");
	if (open < 0 || close < open) return name;
	const list = splitOutside(name.slice(open + 1, close));
	if (list.length < 2) return name;
	const longest = list.reduce((a, b) => (b.length > a.length ? b : a));
	const before = list[0] === longest ? "" : ellipsis;
	const after = list.at(-1) === longest ? "" : ellipsis;
	const whole = (argument: string): string =>
		`${name.slice(0, open + 1)}${before}${argument}${after}${name.slice(close)}`;
	if (whole(longest).length <= width) return whole(longest);
	const bare = trimTemplates(longest, 0, "").replace("<>", "");
	const room = width - whole("").length;
	return room < LEAST_ARGUMENT ? name : whole(cutMiddle(bare, room, ellipsis));
}

/** Template arguments at the commas that are not inside other brackets. */
function splitOutside(list: string): string[] {
	const parts: string[] = [];
	let depth = 0;
	let begin = 0;
	for (let i = 0; i < list.length; i++) {
		if ("<({[".includes(list[i]!)) depth++;
		else if (">)}]".includes(list[i]!)) depth--;
		else if (list[i] === "," && depth === 0) {
			parts.push(list.slice(begin, i).trim());
			begin = i + 1;
		}
	}
	return [...parts, list.slice(begin).trim()];
}

function cutMiddle(text: string, width: number, ellipsis: string): string {
	if (text.length <= width) return text;
	const kept = Math.max(0, width - ellipsis.length);
	const head = Math.ceil(kept * 0.6);
	return text.slice(0, head) + ellipsis + text.slice(text.length - (kept - head));
}
