/** The record of a run, `runs/TIME-RUN.json` beside the ledger: what `flowbulk report` shows. */

import { mkdirSync, readFileSync } from 'node:fs';
import { availableParallelism, cpus, totalmem } from 'node:os';
import path from 'node:path';
import { type ErrorCode, FlowbulkError, SIGNAL_CODES } from '../errors.ts';
import { writeWhole } from '../geo/write-whole.ts';
import { inflateEngine } from '../inflate/engine.ts';
import type { Job, JobIdentity } from '../job/job.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { parseDays } from '../plan/dates.ts';
import type { ProgressSnapshot } from '../progress/snapshot.ts';
import { type RunSummary, summaryAsJson } from '../progress/summary.ts';
import { type Coverage, coverageOf } from './coverage.ts';
import { commandWords, type GivenValues, type OptionInEffect, optionsInEffect } from './repeat.ts';
import { type FailedGroup, RunNotes, type SlowObject } from './run-notes.ts';
import { Sampler, SampleSeries, type Samples } from './samples.ts';

const MS_PER_DAY = 86_400_000;

/**
 * How a run ended. `whole`: everything is in. `incomplete`: at its end, with objects or documents that failed.
 * `limit`: a limit was reached. `stopped`: by Ctrl-C or SIGTERM. `failed`: ended early by an error.
 */
export type RunEnd = 'whole' | 'incomplete' | 'limit' | 'stopped' | 'failed';

/** What is kept of a run. Neither records nor secrets are in it. */
export interface RunRecord {
  readonly v: 1;
  readonly run: string;
  /** Of flowbulk. */
  readonly version: string;
  readonly job: { readonly name: string; readonly source: string; readonly destination: string };
  /** ISO times. */
  readonly began: string;
  readonly ended: string;
  readonly end: RunEnd;
  /** What ended it early. */
  readonly error: { readonly code: string; readonly message: string } | null;
  /** Words of the command that does the same again, without the program's name; paths are absolute. */
  readonly command: readonly string[];
  readonly options: readonly OptionInEffect[];
  readonly versions: {
    readonly node: string;
    readonly inflate: string;
    /** Product and version; null where documents went elsewhere, or it was not told. */
    readonly cluster: string | null;
  };
  readonly host: {
    readonly platform: string;
    readonly cpu: string;
    /** That the process might use. */
    readonly cores: number;
    readonly memoryBytes: number;
    /** The most that the process had resident. */
    readonly peakRssBytes: number;
  };
  /** As `summaryAsJson` gives it. */
  readonly summary: RunSummary & { readonly recordsPerSecond: number; readonly boundBy: string };
  readonly samples: Samples;
  readonly slowest: readonly SlowObject[];
  readonly failures: readonly FailedGroup[];
  /** Of all runs of the job so far; null without a ledger. */
  readonly coverage: Coverage | null;
}

/** What is known of a run before it begins. */
export interface RunFacts {
  readonly job: Job;
  readonly run: string;
  readonly version: string;
  readonly values: GivenValues;
}

/** The summary of a run that ended before it began. */
const NOTHING: RunSummary = {
  stoppedAtLimit: false,
  objectsDone: 0,
  objectsUnfinished: 0,
  objectsSkipped: 0,
  objectsDamaged: 0,
  objectsRefused: {},
  failed: [],
  records: 0,
  documents: 0,
  filtered: 0,
  deadLetters: {},
  deadLetterPath: null,
  bytesIn: 0,
  bytesOut: 0,
  wallSeconds: 0,
  workerSeconds: { source: 0, cpu: 0, sink: 0 },
};

/** Ends that somebody asked for. */
const STOPS: ReadonlySet<ErrorCode> = new Set([...SIGNAL_CODES, 'E_PIPE_CLOSED']);

/** How a run with this summary ended. */
function endOf(summary: RunSummary, failure: unknown): RunEnd {
  if (failure !== null) {
    return failure instanceof FlowbulkError && STOPS.has(failure.code) ? 'stopped' : 'failed';
  }
  if (summary.stoppedAtLimit) return 'limit';
  const { objectsDamaged, objectsRefused, deadLetters, delivery } = summary;
  const isWhole =
    objectsDamaged + (delivery?.failureStore ?? 0) === 0 &&
    [objectsRefused, deadLetters].every((counts) => Object.keys(counts).length === 0);
  return isWhole ? 'whole' : 'incomplete';
}

/** Notes a run as it goes, and writes its record at the end. */
export class RunRecorder {
  readonly notes = new RunNotes();
  readonly #facts: RunFacts;
  readonly #began = new Date();
  #sampler: Sampler | null = null;

  constructor(facts: RunFacts) {
    this.#facts = facts;
  }

  /** The run goes on: takes samples from now on. */
  begin(snapshot: () => ProgressSnapshot): void {
    this.#sampler = new Sampler(snapshot);
  }

  /**
   * The run is over: writes its record. `summary` is null where it did not begin, `failure` what ended it early or
   * null. Throws what the file system throws.
   */
  end(summary: RunSummary | null, failure: unknown, ledger: Ledger | null, cluster: string | null): void {
    const samples = this.#sampler?.stop() ?? new SampleSeries().columns();
    const { job } = this.#facts;
    mkdirSync(job.runsPath, { recursive: true });
    const name = `${this.#began.toISOString().replaceAll(/[-:]|\.\d+/g, '')}-${this.#facts.run}.json`;
    const record = this.#record(summary ?? NOTHING, failure, samples, ledger, cluster);
    writeWhole(path.join(job.runsPath, name), `${JSON.stringify(record)}\n`);
  }

  #record(
    summary: RunSummary,
    failure: unknown,
    samples: Samples,
    ledger: Ledger | null,
    cluster: string | null,
  ): RunRecord {
    const { job, run, version, values } = this.#facts;
    const { source, destination } = JSON.parse(readFileSync(path.join(job.folder, 'job.json'), 'utf8')) as JobIdentity;
    const options = optionsInEffect(values);
    const error = failure instanceof FlowbulkError ? failure : { code: 'BUG', message: String(failure) };
    return {
      v: 1,
      run,
      version,
      job: { name: job.name, source, destination },
      began: this.#began.toISOString(),
      ended: new Date().toISOString(),
      end: endOf(summary, failure),
      error: failure === null ? null : { code: error.code, message: error.message },
      command: commandWords('run', [source, destinationWord(destination, values)], options),
      options,
      versions: { node: process.versions.node, inflate: inflateEngine(), cluster },
      host: {
        platform: `${process.platform} ${process.arch}`,
        cpu: cpus()[0]?.model.trim() ?? 'unknown',
        cores: availableParallelism(),
        // A container's limit, where there is one.
        memoryBytes: Math.min(process.constrainedMemory() || totalmem(), totalmem()),
        peakRssBytes: process.resourceUsage().maxRSS * 1024,
      },
      summary: summaryAsJson(summary) as unknown as RunRecord['summary'],
      samples,
      slowest: this.notes.slowest,
      failures: this.notes.failures,
      coverage: ledger === null ? null : coverageOf(ledger.days(), this.#askedDays(), this.#today()),
    };
  }

  #today(): number {
    return Math.floor(this.#began.getTime() / MS_PER_DAY);
  }

  #askedDays(): { fromDay?: number; toDay?: number } {
    const { from, to, since } = this.#facts.values as Readonly<Record<'from' | 'to' | 'since', string | undefined>>;
    const asked = { ...(from && { from }), ...(to && { to }), ...(since && { since }) };
    return parseDays(asked, this.#began.getTime());
  }
}

/** DESTINATION as it goes with --cloud-id, which stands for the host. */
function destinationWord(destination: string, values: GivenValues): string {
  const isCloud = values['cloudId'] !== undefined && /^https?:/.test(destination);
  return isCloud ? `elastic:///${destination.slice(destination.lastIndexOf('/') + 1)}` : destination;
}
