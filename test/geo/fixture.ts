/** Databases made on the spot, and images of them in shared memory. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CompileFacts, compileTables } from '../../src/geo/compile.ts';
import { copyImage } from '../../src/geo/image.ts';
import { findParts, type GeoSources } from '../../src/geo/sources.ts';
import { GeoTables } from '../../src/geo/tables.ts';

/** A folder that goes away with the process. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'flowbulk-test-geo-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Writes a file into a folder and returns its path. */
export function put(folder: string, name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

/** Compiles databases without any cache. */
export function compileFixture(sources: Partial<GeoSources>): {
  image: Uint8Array;
  tables: GeoTables;
  facts: CompileFacts;
} {
  const { image, facts } = compileTables(findParts({ city: [], asn: [], ...sources }));
  const bytes = new Uint8Array(new SharedArrayBuffer(image.bytes));
  copyImage(image, bytes);
  return { image: bytes, tables: new GeoTables(bytes), facts };
}
