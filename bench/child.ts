/** Runs one benchmark, the module whose path is the argument, and sends its figures to the parent process. */
import { pathToFileURL } from "node:url";
import type { Benchmark } from "./figure.js";

const { default: benchmark } = (await import(pathToFileURL(process.argv[2]!).href)) as { default: Benchmark };
const figures = await benchmark();
process.send!(figures, () => process.exit(0));
