import { expect, test } from "vitest";
import { fuzz } from "../../tools/fuzz.js";

test("broken traces are read up to the damage or refused in one line", async () => {
	const { failures, read, refused } = await fuzz({ runs: 200, seed: 20_241 });
	expect(failures).toEqual([]);
	// Both ways out were taken.
	expect(read).toBeGreaterThan(20);
	expect(refused).toBeGreaterThan(20);
});
