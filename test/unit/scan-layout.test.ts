import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ScannerClass } from "../../src/trace/categories.js";
import { Category } from "../../src/trace/columns.js";
import * as layout from "../../src/trace/scanner/layout.js";
import { packageRoot } from "../../tools/source-files.js";

const source = (name: string): string => readFileSync(join(packageRoot, "assembly/scan", name), "utf8");

/** `export const NAME: type = value;` */
function constants(text: string): Map<string, string> {
	return new Map([...text.matchAll(/const (\w+): \w+ = ([^;]+);/g)].map(([, name, value]) => [name!, value!]));
}

test("both sides of the control block name the same fields in the same order", () => {
	const text = source("control.ts");
	const chain = [...text.matchAll(/export const (\w+): usize = (\w+)(?: \+ FIELD)?;/g)];
	let previous = "CONTROL";
	for (const [, name, base] of chain) {
		expect(base, name).toBe(previous);
		previous = name!;
	}
	expect(chain.map(([, name]) => name)).toEqual([...layout.CONTROL_FIELDS]);
	expect(constants(text).get("CONTROL_BYTES")).toBe(`${layout.CONTROL_FIELDS.length} * FIELD`);
	expect(text).toContain(`memory.data(${layout.CONTROL_FIELDS.length * 4}, 16)`);
});

test("both sides have the same statuses and limits", () => {
	expect(Object.fromEntries(constants(source("status.ts")))).toEqual(
		Object.fromEntries(Object.entries(layout.Status).map(([name, value]) => [name, String(value)])),
	);
	const limits = constants(source("limits.ts"));
	expect(limits.get("CATEGORY_LIMIT")).toBe(String(layout.CATEGORY_LIMIT));
	expect(limits.get("PHASE_COUNT")).toBe(String(layout.PHASE_COUNT));
	expect(constants(source("cursor.ts")).get("PADDING")).toBe(String(layout.INPUT_PADDING));
	expect(Number(constants(source("canonical.ts")).get("LENGTH_MASK"))).toBe(layout.STRING_LENGTH_MASK);
	expect(2 ** Number(constants(source("strings.ts")).get("ENTRY_SHIFT"))).toBe(layout.STRING_ENTRY_BYTES);
	expect(2 ** Number(constants(source("tracks.ts")).get("RECORD_SHIFT"))).toBe(layout.TRACK_RECORD_BYTES);
});

test("both sides have the same classes of categories", () => {
	const classes = constants(source("commit.ts"));
	const value = (name: string): number => Number(classes.get(`CLASS_${name}`));
	expect([value("OTHER"), value("KERNEL"), value("MEMSET"), value("SYNC"), value("MODULE")]).toEqual([
		Category.other,
		Category.kernel,
		Category.memset,
		Category.sync,
		Category.module,
	]);
	expect([value("PYTHON"), value("FORWARD_BACKWARD"), value("UNCATEGORISED"), value("END")]).toEqual([
		ScannerClass.python,
		ScannerClass.forwardBackward,
		ScannerClass.uncategorised,
		ScannerClass.end,
	]);
});
