/** The small part of what predictions need of a packed run, and how its columns are laid out. */
import { z } from "zod";
import { PassKind } from "../rank/labels.js";

export const factsJson = z.object({
	job: z.record(z.string(), z.unknown()),
	strings: z.array(z.string()),
	ranks: z.array(
		z.object({
			passKinds: z.array(z.number().int().min(0).max(PassKind.weight)),
			comms: z.number().int().min(0),
			processGroups: z.array(
				z.object({
					name: z.string(),
					desc: z.string(),
					backend: z.string(),
					size: z.number().int(),
					ranks: z.array(z.number().int()),
				}),
			),
		}),
	),
});
export type FactsJson = z.infer<typeof factsJson>;
