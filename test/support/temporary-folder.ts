import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";

/** A folder of its own for a test file, removed at its end. */
export function temporaryFolder(prefix: string): string {
	const folder = mkdtempSync(join(tmpdir(), `lumos-${prefix}-`));
	afterAll(() => rmSync(folder, { recursive: true, force: true }));
	return folder;
}
