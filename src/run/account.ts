/** A run's account: what was listed, what became of it, and the summary of both. */

import type { ObjectOutcome } from '../../workers/config.ts';
import type { Counters } from '../../workers/counters.ts';
import type { Permits } from '../delivery/permits.ts';
import type { ErrorCode } from '../errors.ts';
import type { DeliveryFacts, ProgressSnapshot } from '../progress/snapshot.ts';
import type { DeliverySummary, FailedObject, RunSummary } from '../progress/summary.ts';
import { addTo, type CountsByName } from '../sinks/document-account.ts';
import { permitsOf, type SinkSpec } from '../sinks/sink.ts';
import { describeObject } from '../sources/refusals.ts';
import type { QueueFacts, RefusedObject } from '../sources/source.ts';
import { ListingAccount } from './listing-account.ts';

/** Failed objects that are kept by name. */
const NAMED = 100;

/** Keeps the account of one run. */
export class Account extends ListingAccount {
  /** Names the run. */
  readonly run: string;
  readonly #began = performance.now();
  readonly #deadLetterPath: string;
  #objectsDone = 0;
  #objectsUnfinished = 0;
  #objectsSkipped = 0;
  #objectsDamaged = 0;
  #records = 0;
  #created = 0;
  #duplicates = 0;
  #failureStore = 0;
  #filtered = 0;
  readonly #refused: CountsByName = {};
  readonly #deadLetters: CountsByName = {};
  readonly #rejects: CountsByName = {};
  readonly #failed: FailedObject[] = [];
  /** What workers share about the server that documents go to; null where they go elsewhere. */
  readonly #permits: Permits | null;
  readonly #hasIds: boolean;
  readonly #server: DeliverySummary['server'];
  readonly #queue: () => QueueFacts | null;

  /** `queue` says how the queue stands that objects come from; null where they come from elsewhere. */
  constructor(run: string, deadLetterPath: string, sink: SinkSpec, queue: () => QueueFacts | null) {
    super(run, deadLetterPath);
    this.run = run;
    this.#permits = permitsOf(sink);
    this.#hasIds = sink.kind === 'cluster' ? sink.bulk.hasIds : sink.kind !== 'sekoia';
    this.#server = sink.kind === 'sekoia' ? 'intake' : 'cluster';
    this.#deadLetterPath = deadLetterPath;
    this.#queue = queue;
  }

  /** An object was listed that the ledger has as done. */
  skipped(): void {
    this.#objectsSkipped++;
  }

  /** Takes an object that the listing refuses. */
  refused(refused: RefusedObject): void {
    const { code, message } = this.refuse(refused);
    this.#fail(describeObject(refused.object), 'refused', code, message);
  }

  #fail(object: string, outcome: FailedObject['outcome'], code: ErrorCode, reason: string): void {
    if (outcome === 'refused') addTo(this.#refused, code);
    else this.#objectsDamaged++;
    if (this.#failed.length < NAMED) this.#failed.push({ object, outcome, reason });
  }

  /** Takes the outcomes of a shard. */
  finished(outcomes: readonly ObjectOutcome[]): void {
    for (const { object, outcome, error, ...counts } of outcomes) {
      this.#records += counts.records;
      this.#created += counts.created;
      this.#duplicates += counts.duplicates;
      this.#failureStore += counts.failureStore;
      this.#filtered += counts.filtered;
      for (const [code, count] of Object.entries(counts.deadLetters)) addTo(this.#deadLetters, code, count);
      for (const [reason, count] of Object.entries(counts.rejects)) addTo(this.#rejects, reason, count);
      if (outcome === 'done') this.#objectsDone++;
      else if (outcome === 'unfinished') this.#objectsUnfinished++;
      else if (error !== null) {
        this.#fail(describeObject(object), outcome === 'damaged' ? 'damaged' : 'refused', error.code, error.message);
      }
    }
  }

  /** Where the run stands. */
  snapshot(counters: Counters): ProgressSnapshot {
    return {
      ...this.progress(counters),
      documents: counters.total('documents'),
      bytesOut: counters.total('bytesOut'),
      ...(this.#permits === null ? {} : { delivery: this.#delivery(this.#permits) }),
      ...this.#queueMember(),
    };
  }

  #queueMember(): { readonly queue?: QueueFacts } {
    const queue = this.#queue();
    return queue === null ? {} : { queue };
  }

  #delivery(permits: Permits): DeliveryFacts {
    return {
      concurrency: permits.limit,
      mostUnderWay: permits.tally('mostUnderWay'),
      requests: permits.tally('requests'),
      pushbacks: permits.tally('pushbacks'),
      accepted: permits.tally('accepted'),
      refused: permits.tally('refused'),
      resent: permits.tally('resent'),
      isBlocked: permits.isBlocked,
    };
  }

  /** The summary of what is finished. */
  summary(counters: Counters): RunSummary {
    const source = counters.total('sourceMs') / 1000;
    const sink = counters.total('sinkMs') / 1000;
    const anyLetter = this.#failed.length > 0 || this.#failureStore > 0 || Object.keys(this.#deadLetters).length > 0;
    return {
      stoppedAtLimit: this.isLimited,
      objectsDone: this.#objectsDone,
      objectsUnfinished: this.#objectsUnfinished,
      objectsSkipped: this.#objectsSkipped,
      objectsDamaged: this.#objectsDamaged,
      objectsRefused: this.#refused,
      failed: this.#failed,
      records: this.#records,
      documents: this.#created + this.#duplicates + this.#failureStore,
      filtered: this.#filtered,
      deadLetters: this.#deadLetters,
      deadLetterPath: anyLetter ? this.#deadLetterPath : null,
      bytesIn: counters.total('bytesIn'),
      bytesOut: counters.total('bytesOut'),
      wallSeconds: (performance.now() - this.#began) / 1000,
      workerSeconds: { source, sink, cpu: Math.max(0, counters.total('busyMs') / 1000 - source - sink) },
      ...(this.#permits === null ? {} : { delivery: this.#deliverySummary(this.#permits) }),
      ...this.#queueMember(),
    };
  }

  #deliverySummary(permits: Permits): DeliverySummary {
    return {
      ...this.#delivery(permits),
      created: this.#created,
      duplicates: this.#duplicates,
      failureStore: this.#failureStore,
      rejects: this.#rejects,
      hasIds: this.#hasIds,
      doubtful: permits.tally('doubtful'),
      server: this.#server,
    };
  }
}
