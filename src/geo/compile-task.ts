/**
 * The thread that compiles: seconds of work and hundreds of megabytes that the main thread must not block on and that
 * go back to the system when the thread ends. Started by `build.ts`.
 */

import { closeSync, openSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { FlowbulkError, type WireError } from '../errors.ts';
import { type CompileFacts, compileTables } from './compile.ts';
import { writeImage } from './image.ts';
import type { GeoPart } from './sources.ts';

/** What the thread is given. */
export interface CompileTask {
  readonly parts: readonly GeoPart[];
  /** The file to make. */
  readonly target: string;
}

/** What it answers, once. */
export type CompileAnswer = { readonly facts: CompileFacts; readonly bytes: number } | { readonly error: WireError };

function run({ parts, target }: CompileTask): CompileAnswer {
  try {
    const { image, facts } = compileTables(parts);
    const file = openSync(target, 'wx');
    try {
      // No fsync: what a crash leaves unwritten is found by the checksum.
      writeImage(image, file);
    } finally {
      closeSync(file);
    }
    return { facts, bytes: image.bytes };
  } catch (error) {
    if (error instanceof FlowbulkError) return { error: error.toWire() };
    throw error;
  }
}

parentPort?.postMessage(run(workerData as CompileTask) satisfies CompileAnswer);
