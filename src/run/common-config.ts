/** What all workers are told, whatever they make of records. */

import { randomBytes } from 'node:crypto';
import type { CommonConfig } from '../../workers/config.ts';
import type { Counters } from '../../workers/counters.ts';
import { loadKernelModule } from '../../workers/kernel.ts';
import type { Columns } from '../formats/header.ts';
import { inflateEngine } from '../inflate/engine.ts';
import type { SourceSpec } from '../sources/spec.ts';
import { type Limits, workerLimits } from './limits.ts';

/** What is asked for by the one who starts the workers. */
interface Asked {
  readonly source: SourceSpec;
  readonly format: Columns | null;
  readonly deadLetterPath: string;
  readonly limits: Limits;
}

/** The part of a config that is alike; the time that limits allow begins now. */
export function commonConfig(asked: Asked, run: string, counters: Counters): CommonConfig {
  return {
    module: loadKernelModule(),
    arenaClaims: new SharedArrayBuffer(4),
    counters: counters.buffer,
    format: asked.format,
    source: asked.source,
    deadLetterPath: asked.deadLetterPath,
    engine: inflateEngine(),
    run,
    limits: workerLimits(asked.limits, Date.now()),
    stopFlag: new SharedArrayBuffer(4),
    stopChannel: `flowbulk-stop-${randomBytes(8).toString('hex')}`,
  };
}
