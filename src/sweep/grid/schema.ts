/** What a grid file may say: values of any axis. Axes that it does not name keep their default or the flag's value. */
import { z } from "zod";
import { AXIS_FIELDS } from "../axes.js";

function remedy(schema: z.ZodType): string {
	switch (schema.def.type) {
		case "boolean":
			return "give true, false, or a list of both";
		case "enum":
			return `give one of ${(schema as z.ZodEnum).options.join(", ")}, or a list of them`;
		default:
			return "give a whole number above 0, or a list of them";
	}
}

const values = (schema: z.ZodType): z.ZodType =>
	z
		.union([schema, z.array(schema).min(1, { error: `the list is empty; ${remedy(schema)}` })], {
			error: remedy(schema),
		})
		.optional();

export const gridSchema = z
	.strictObject(Object.fromEntries(AXIS_FIELDS.map(({ name, schema }) => [name, values(schema)])))
	.describe("the axes of a sweep: of each, one value or a list; axes that are not named are searched as by default");
