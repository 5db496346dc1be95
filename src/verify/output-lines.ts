/** Counts the lines of an object's output in a folder. */

import { createReadStream, existsSync } from 'node:fs';
import path from 'node:path';
import { createGunzip } from 'node:zlib';
import type { EntryState } from '../ledger/entry.ts';
import { outputEnding, outputPath } from '../sinks/output-names.ts';
import type { SourceObject } from '../sources/source.ts';

/** The lines of an object's output. */
export interface OutputLines {
  /** Where it lies, or would lie. */
  readonly file: string;
  readonly lines: number;
  /** Why it cannot be counted; null where it can. */
  readonly problem: string | null;
}

const NEWLINE = 10;

async function countLines(file: string, isGzip: boolean): Promise<number> {
  const raw = createReadStream(file, { highWaterMark: 1 << 20 });
  const chunks: AsyncIterable<Buffer> = isGzip ? raw.pipe(createGunzip()) : raw;
  // An error of the file does not come through the pipe.
  const failed = new Promise<never>((_, reject) => raw.once('error', reject));
  failed.catch(() => {});
  let lines = 0;
  let last = NEWLINE;
  const count = async () => {
    for await (const chunk of chunks) {
      for (let at = chunk.indexOf(NEWLINE); at !== -1; at = chunk.indexOf(NEWLINE, at + 1)) lines++;
      last = chunk.at(-1) ?? last;
    }
  };
  await Promise.race([count(), failed]);
  if (last !== NEWLINE) throw new Error('its last line is cut');
  return lines;
}

/** Counts the output of an object below `root`, compressed or not. */
export async function outputLines(root: string, object: SourceObject, state: EntryState): Promise<OutputLines> {
  const base = path.join(root, outputPath(object.key));
  const how = state === 'damaged' ? 'damaged' : 'whole';
  const names = [false, true].map((isGzip) => ({ isGzip, file: base + outputEnding(how, null, isGzip) }));
  const there = names.filter(({ file }) => existsSync(file));
  const file = (there[0] ?? names[0]!).file;
  let lines = 0;
  try {
    for (const one of there) lines += await countLines(one.file, one.isGzip);
  } catch (error) {
    return { file, lines: 0, problem: (error as Error).message };
  }
  return { file, lines, problem: there.length === 0 ? 'it is not there' : null };
}
