import { expect, test } from "vitest";
import { readSource } from "../../src/trace/read-trace.js";

test("texts of more than 4 GiB keep their byte count and their last event", async () => {
	const frame = `{"ph": "i", "name": "[memory]", "args": {"stack": "${"frame;".repeat(2000)}"}},\n`;
	const piece = Buffer.from(frame.repeat(800));
	const event = '{"ph": "X", "cat": "cpu_op", "name": "last", "pid": 1, "tid": 1, "ts": 5, "dur": 1}';
	const times = Math.ceil(2 ** 32 / piece.length) + 1;
	const source = {
		path: "large.json",
		bytes: 0,
		compression: "none" as const,
		bytesRead: 0,
		damage: undefined,
		async *text() {
			yield Buffer.from("[");
			for (let i = 0; i < times; i++) yield piece;
			yield Buffer.from(`${event}, {"ph" oops`);
		},
	};
	const trace = await readSource(source);
	const text = 1 + times * piece.length;
	expect(text).toBeGreaterThan(2 ** 32);
	expect(trace.eventCount).toBe(800 * times + 1);
	expect(trace.strings.get(trace.events.name[0]!)).toBe("last");
	expect(trace.warnings[0]!.message).toContain(`wrong at byte ${text + event.length + 2 + 6};`);
});
