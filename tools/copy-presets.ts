/** Copies the descriptions of models and hardware into dist/, where the compiled code looks for them. */
import { cpSync, rmSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "./source-files.js";

const target = join(packageRoot, "dist/config/presets");
rmSync(target, { recursive: true, force: true });
cpSync(join(packageRoot, "src/config/presets"), target, { recursive: true });
