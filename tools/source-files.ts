import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const packageRoot = fileURLToPath(new URL("..", import.meta.url));

/**
 * Files below `paths` (files or folders, relative to `root`; absent ones are skipped), sorted, with one of the endings
 * where any are given.
 */
export function sourceFiles(paths: readonly string[], endings: readonly string[] = [], root = packageRoot): string[] {
	const found: string[] = [];
	const visit = (path: string): void => {
		const absolute = join(root, path);
		if (statSync(absolute).isDirectory()) {
			for (const name of readdirSync(absolute)) visit(join(path, name));
		} else if (endings.length === 0 || endings.some((ending) => path.endsWith(ending))) {
			found.push(path);
		}
	};
	for (const path of paths) if (existsSync(join(root, path))) visit(path);
	return found.sort();
}
