/** How text for people looks. Whether colours and Unicode may be used is the caller's to know: nothing here asks the process. */
import { styleText } from "node:util";

export interface Look {
	/** ANSI colours: a terminal, and no NO_COLOR. */
	readonly color: boolean;
	/** Columns to keep to. */
	readonly width: number;
	/** Block and line characters; else ASCII. @default true */
	readonly unicode?: boolean;
}

type Format = Parameters<typeof styleText>[0];

export interface Style {
	readonly unicode: boolean;
	readonly width: number;
	heading(text: string): string;
	dim(text: string): string;
	good(text: string): string;
	warn(text: string): string;
	bad(text: string): string;
	paint(format: Format, text: string): string;
}

/** Narrower than this, columns would eat each other. */
const LEAST_WIDTH = 60;

export function createStyle({ color, width, unicode = true }: Look): Style {
	// Node would otherwise look at stdout and the environment itself.
	const paint = (format: Format, text: string): string =>
		color ? styleText(format, text, { validateStream: false }) : text;
	return {
		unicode,
		width: Math.max(LEAST_WIDTH, width),
		paint,
		heading: (text) => paint("bold", text),
		dim: (text) => paint("dim", text),
		good: (text) => paint("green", text),
		warn: (text) => paint("yellow", text),
		bad: (text) => paint("red", text),
	};
}
