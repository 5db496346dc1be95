/** The documents in a folder of outputs. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readNdjson } from '../../run/program.ts';

/** A document as it is parsed; tests look into it as they like. */
// biome-ignore lint/suspicious/noExplicitAny: a document of any form
export type Document = any;

/** Passes each document below a folder to `look`; gives how many there are. */
export function readFolder(folder: string, look: (document: Document, file: string) => void): number {
  let count = 0;
  for (const name of readdirSync(folder, { recursive: true }) as string[]) {
    if (!name.endsWith('.ndjson')) continue;
    for (const document of readNdjson<Document>(join(folder, name))) {
      count++;
      look(document, name);
    }
  }
  return count;
}
