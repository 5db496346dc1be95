/** An outlet with a job's ledger and lock around it. */

import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { FlowbulkError } from '../errors.ts';
import type { Job } from '../job/job.ts';
import { Ledger } from '../ledger/ledger.ts';
import { JobLock } from '../ledger/lock.ts';
import { type RunSummary, summaryAsJson } from '../progress/summary.ts';
import type { Outlet } from './conversion.ts';
import type { Values } from './options.ts';
import { version } from './version.ts';

/** Writes what a run did beside the ledger: `runs/TIME-RUN.json`. */
function writeSummary(job: Job, run: string, began: Date, summary: RunSummary, failure: unknown): void {
  const ended = new Date();
  const error = failure instanceof FlowbulkError ? { code: failure.code, message: failure.message } : null;
  const facts = {
    v: 1,
    run,
    version: version(),
    began: began.toISOString(),
    ended: ended.toISOString(),
    error: failure === null ? null : (error ?? { code: 'BUG', message: String(failure) }),
    summary: summaryAsJson(summary),
  };
  const name = `${began.toISOString().replaceAll(/[-:]|\.\d+/g, '')}-${run}.json`;
  mkdirSync(job.runsPath, { recursive: true });
  writeFileSync(path.join(job.runsPath, name), `${JSON.stringify(facts, null, 2)}\n`);
}

/**
 * Locks the job, opens its ledger unless `--no-ledger` says otherwise, and what `open` gives. Throws E_LOCKED where
 * another run of it goes on, E_LEDGER_* and E_SINK_*.
 */
export async function jobOutlet(
  job: Job,
  run: string,
  { noLedger, drainTimeout }: Values<'no-ledger' | 'drain-timeout'>,
  open: () => Promise<Outlet>,
): Promise<Outlet> {
  const began = new Date();
  const lock = JobLock.take(job.lockPath, run);
  let ledger: Ledger | null = null;
  try {
    if (!noLedger) ledger = await Ledger.open(job.ledgerPath, job.deadLetterPath);
    const outlet = await open();
    return {
      ...outlet,
      ledger,
      drainTimeoutMs: drainTimeout,
      ended(summary, failure) {
        try {
          writeSummary(job, run, began, summary, failure);
        } catch {
          // On a full disk the run has a better reason to tell.
        }
      },
      async close() {
        try {
          await outlet.close();
        } finally {
          try {
            await ledger?.close();
          } finally {
            lock.release();
          }
        }
      },
    };
  } catch (error) {
    await ledger?.close();
    lock.release();
    throw error;
  }
}
