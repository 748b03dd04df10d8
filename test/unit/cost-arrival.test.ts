import { describe, expect, it } from "vitest";
import { loadHardware } from "../../src/config/load.js";
import { arrivalNs, expectedMaximum } from "../../src/cost/collectives/arrival.js";
import { costModel } from "../../src/cost/cost-model.js";

describe("ranks that come at different times", () => {
	// Tables of order statistics of the normal distribution (David and Nagaraja, Order Statistics).
	it.each([
		[2, 0.5642],
		[4, 1.0294],
		[8, 1.4236],
		[16, 1.766],
		[100, 2.5076],
	])("expects the last of %i as late as tables say", (n, expected) => {
		expect(expectedMaximum(n)).toBeCloseTo(expected, 3);
	});

	it("costs nothing where presets do not know of it", () => {
		const hardware = loadHardware("a100-80g");
		expect(arrivalNs(hardware, 8)).toBe(0);
	});

	it("is added to the wire time of every collective, whatever its size", () => {
		const hardware = loadHardware("a100-80g");
		const late = { ...hardware, efficiency: { ...hardware.efficiency, arrivalNs: 1e5 } };
		const group = { size: 8, perNode: 8, nodes: 1, sharing: 1 };
		for (const bytes of [1e3, 1e9]) {
			const wire = costModel(hardware).collective("allReduce", bytes, group);
			expect(costModel(late).collective("allReduce", bytes, group) - wire).toBeCloseTo(1e5 * expectedMaximum(8), 0);
		}
		expect(costModel(late).collective("allReduce", 1e6, { ...group, size: 1, perNode: 1 })).toBe(0);
	});
});
