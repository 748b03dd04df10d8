import { expect, test } from "vitest";
import { formatProgress, Progress } from "../../src/report/progress.js";

function fakeTerminal(live: boolean, width = 100) {
	const written: string[] = [];
	let nowMs = 1000;
	const progress = new Progress("Reading", {
		live,
		color: false,
		width,
		write: (text) => written.push(text),
		now: () => nowMs,
	});
	return {
		written,
		progress,
		wait(ms: number): void {
			nowMs += ms;
		},
	};
}

test("share, amounts, rate and remaining time", () => {
	const state = { label: "Reading", doneBytes: 1.2e9, totalBytes: 2.9e9, elapsedMs: 2000 };
	expect(formatProgress(state)).toBe("Reading  41 %  1.20 GB of 2.90 GB  600 MB/s  3 s left");
	expect(formatProgress({ ...state, totalBytes: undefined })).toBe("Reading  1.20 GB  600 MB/s");
	expect(formatProgress({ ...state, elapsedMs: 10 })).toBe("Reading  41 %  1.20 GB of 2.90 GB");
	expect(formatProgress({ ...state, doneBytes: 3e9 })).toContain("100 %");
	expect(formatProgress({ ...state, doneBytes: 0 })).toBe("Reading  0 %  0 B of 2.90 GB");
});

test("a terminal gets a bar in one line, again and again, but not more than ten times a second", () => {
	const { written, progress, wait } = fakeTerminal(true);
	progress.update(1, 100);
	wait(400);
	progress.update(10, 100);
	expect(written).toEqual([]);
	wait(200);
	progress.update(50, 100);
	progress.update(51, 100);
	wait(150);
	progress.update(75, 100);
	expect(written).toEqual([
		`\r\u001b[K${"█".repeat(15)}${"░".repeat(15)}  Reading  50 %  50 B of 100 B  83 B/s  1 s left`,
		`\r\u001b[K${"█".repeat(23)}${"░".repeat(7)}  Reading  75 %  75 B of 100 B  100 B/s  0 s left`,
	]);
	progress.finish();
	expect(written.at(-1)).toBe("\r\u001b[K");
});

test("the live line never wraps", () => {
	const { written, progress, wait } = fakeTerminal(true, 30);
	wait(1000);
	progress.update(123_456_789, 987_654_321);
	expect(written[0]!.replace("\r\u001b[K", "").length).toBeLessThan(30);
});

test("elsewhere a plain line every five seconds, and nothing for what is quick", () => {
	const { written, progress, wait } = fakeTerminal(false);
	wait(4000);
	progress.update(40, 100);
	expect(written).toEqual([]);
	wait(1000);
	progress.update(50, 100);
	wait(1000);
	progress.update(60, 100);
	wait(4000);
	progress.update(90, 100);
	progress.finish();
	expect(written).toEqual([
		"Reading  50 %  50 B of 100 B  10 B/s  5 s left\n",
		"Reading  90 %  90 B of 100 B  9 B/s  1 s left\n",
	]);
});

test("an unknown size has no bar that claims a share", () => {
	const { written, progress, wait } = fakeTerminal(true);
	wait(2000);
	progress.update(5e6);
	expect(written).toEqual(["\r\u001b[KReading  5.00 MB  2.50 MB/s"]);
});
