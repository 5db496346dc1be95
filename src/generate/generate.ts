/** Makes synthetic flow logs in a folder: deterministic, object after object, in bounded memory. */

import { createWriteStream } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { FlowbulkError } from '../errors.ts';
import { type PlannedObject, planObjects, type Spread } from './keys.ts';
import { linesOf } from './lines.ts';
import { Prng } from './prng.ts';
import { Traffic } from './traffic.ts';
import { makeWorld, type World } from './world.ts';
import { columnWriters, type Writer } from './writers.ts';

/** What to generate. */
export interface GenerateOptions extends Spread {
  readonly folder: string;
  readonly columns: readonly string[];
  readonly addresses: 'zipf' | 'uniform';
}

/** What was generated. */
export interface Generated {
  objects: number;
  records: number;
  /** Bytes of lines, headers included. */
  bytesPlain: number;
  /** Bytes of the gzip files. */
  bytesCompressed: number;
}

/** Level 6 is what AWS's own objects look like; the header that Node writes has no time in it. */
const GZIP_OPTIONS = { level: 6, chunkSize: 256 * 1024 } as const;

function asOurs(error: unknown, file: string): unknown {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new FlowbulkError('E_SINK_FULL', `no space left for ${file}: free some and run again`, { cause: error });
  }
  if (code !== undefined && /^(EACCES|EPERM|EROFS|ENOTDIR|EEXIST|ENAMETOOLONG)$/.test(code)) {
    return new FlowbulkError('E_SINK_UNWRITABLE', `cannot write ${file}: ${code}`, { cause: error });
  }
  return error;
}

async function writeObject(
  object: PlannedObject,
  options: GenerateOptions,
  world: World,
  writers: readonly Writer[],
  total: Generated,
  signal: AbortSignal,
): Promise<void> {
  const file = path.join(options.folder, object.key);
  const temporary = `${file}.partial`;
  const traffic = new Traffic(world, new Prng(options.seed, object.index), object.startSeconds);
  const gzip = createGzip(GZIP_OPTIONS);
  const chunks = function* () {
    for (const chunk of linesOf(options.columns, writers, traffic, object.records)) {
      total.bytesPlain += chunk.length;
      yield chunk;
    }
  };
  try {
    await mkdir(path.dirname(file), { recursive: true });
    const out = createWriteStream(temporary);
    // One chunk ahead: the next is made while zlib compresses the one before in its own thread.
    await pipeline(Readable.from(chunks(), { highWaterMark: 1 }), gzip, out, { signal });
    total.bytesCompressed += out.bytesWritten;
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw asOurs(error, file);
  }
  total.objects += 1;
  total.records += object.records;
}

/**
 * Makes the objects; the same options give the same bytes. `onObject` hears the totals after each. Throws
 * E_SINK_UNWRITABLE and E_SINK_FULL; a stop leaves no half file.
 */
export async function generateLogs(
  options: GenerateOptions,
  signal: AbortSignal,
  onObject: (total: Readonly<Generated>) => void = () => {},
): Promise<Generated> {
  const world = makeWorld(options.seed, options.addresses);
  const writers = columnWriters(world, options.columns);
  const total: Generated = { objects: 0, records: 0, bytesPlain: 0, bytesCompressed: 0 };
  for (const object of planObjects(world, options)) {
    signal.throwIfAborted();
    await writeObject(object, options, world, writers, total, signal);
    onObject(total);
  }
  return total;
}
