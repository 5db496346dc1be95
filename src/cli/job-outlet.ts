/** An outlet with a job's ledger and lock around it, which leaves a record of the run. */

import type { Filter } from '../formats/filter/filter.ts';
import type { Job } from '../job/job.ts';
import { Ledger } from '../ledger/ledger.ts';
import { JobLock } from '../ledger/lock.ts';
import type { RunSummary } from '../progress/summary.ts';
import { RunRecorder } from '../report/run-record.ts';
import type { Outlet } from './conversion.ts';
import { bindFilter } from './filter-asked.ts';
import type { Values } from './options.ts';
import { version } from './version.ts';

/**
 * Locks the job, opens its ledger unless `--no-ledger` says otherwise, and what `open` gives. All of `values` goes into
 * the run's record. Throws E_LOCKED where another run of it goes on, E_USAGE where its objects were done with another
 * filter, E_LEDGER_* and E_SINK_*.
 */
export async function jobOutlet(
  job: Job,
  run: string,
  filter: Filter | null,
  values: Values<'no-ledger' | 'drain-timeout'> & Readonly<Record<string, unknown>>,
  open: (ledger: Ledger | null) => Promise<Outlet>,
): Promise<Outlet> {
  const { noLedger, drainTimeout } = values;
  const lock = JobLock.take(job.lockPath, run);
  let ledger: Ledger | null = null;
  const recorder = new RunRecorder({ job, run, version: version(), values });
  const record = (summary: RunSummary | null, failure: unknown, cluster: string | null) => {
    try {
      recorder.end(summary, failure, ledger, cluster);
    } catch {
      // On a full disk the run has a better reason to tell.
    }
  };
  try {
    if (!noLedger) {
      ledger = await Ledger.open(job.ledgerPath, job.deadLetterPath);
      bindFilter(ledger, filter);
    }
    const outlet = await open(ledger);
    return {
      ...outlet,
      ledger,
      drainTimeoutMs: drainTimeout,
      onOutcomes: (outcomes, durationsMs) => recorder.notes.finished(outcomes, durationsMs),
      onRefused: (refused) => recorder.notes.refused(refused),
      began: (run) => recorder.begin(() => run.snapshot()),
      ended: (summary, failure) => record(summary, failure, outlet.cluster ?? null),
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
    record(null, error, null);
    await ledger?.close();
    lock.release();
    throw error;
  }
}
