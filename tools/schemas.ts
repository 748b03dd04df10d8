/** Writes the published JSON Schemas from the types of the results: `npx tsx tools/schemas.ts`. */
import { mkdirSync, writeFileSync } from "node:fs";
import { jsonSchemas } from "../src/report/json-schemas.js";

const folder = new URL("../docs/schema/", import.meta.url);
mkdirSync(folder, { recursive: true });
for (const [name, text] of jsonSchemas()) writeFileSync(new URL(name, folder), text);
