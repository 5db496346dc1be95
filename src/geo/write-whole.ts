/** Files that are there whole or not at all. */

import { renameSync, rmSync, writeFileSync } from 'node:fs';

/** Writes a text under a temporary name in the same folder, then renames it. Throws what the file system throws. */
export function writeWhole(path: string, text: string): void {
  const temporary = temporaryName(path);
  try {
    writeFileSync(temporary, text, { flag: 'wx' });
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/** A name beside `path` that no other process uses now. */
export function temporaryName(path: string): string {
  return `${path}.${process.pid}-${Date.now().toString(36)}.tmp`;
}
