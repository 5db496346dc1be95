/** An intake of Sekoia as sink: bodies go to `/batch`, each event answered for. */

import { type EventRun, IntakeEvents } from '../delivery/intake-events.ts';
import { IntakeSender } from '../delivery/intake-sender.ts';
import type { IntakeSpec } from '../delivery/intake-spec.ts';
import { type Answered, type EventNumbers, UnderWay, type UnderWayPlace } from '../ledger/under-way.ts';
import { addTo, type BodyPart, type DocumentAccount } from './document-account.ts';
import type { SinkContext } from './open.ts';
import type { Sink } from './sink.ts';

/** What events are counted under whose dead letter a run before has written. */
const REFUSED_BEFORE = 'refused_before';

/** How far an object is. */
interface Progress {
  /** Events that stand in bodies. */
  given: number;
  /** Those that a run before has sent. */
  readonly answered: EventNumbers | null;
}

/** Sends bodies that may hold events of several objects, without those that were sent before. */
export class SekoiaSink implements Sink {
  readonly bodiesSpanObjects = true;
  readonly #sender: IntakeSender;
  readonly #underWay: UnderWay | null;
  readonly #progress = new WeakMap<DocumentAccount, Progress>();

  constructor(spec: IntakeSpec, place: UnderWayPlace | null, context: SinkContext) {
    this.#underWay = place === null ? null : new UnderWay(place);
    this.#sender = new IntakeSender(spec, context, (runs, how) => this.#note(runs, how));
  }

  get cpuMs(): number {
    return this.#sender.cpuMs;
  }

  async expect(accounts: readonly DocumentAccount[]): Promise<void> {
    for (const account of accounts) {
      const answered = this.#underWay?.answeredOf(account.object) ?? null;
      this.#progress.set(account, { given: 0, answered: answered?.isEmpty ? null : answered });
    }
  }

  begin(): void {}

  /** Events are numbered as bodies come, before anything is waited for. */
  deliver(body: Buffer, parts: readonly BodyPart[]): Promise<number> {
    const runs = parts.map((part) => {
      const progress = this.#progressOf(part);
      const first = progress.given;
      progress.given += part.documents;
      return { ...part, first };
    });
    const events = new IntakeEvents(body, runs);
    if (runs.some((run) => this.#progressOf(run).answered !== null)) events.drop((...of) => this.#wasSent(...of));
    return this.#sender.send(events);
  }

  #progressOf({ account }: BodyPart): Progress {
    return this.#progress.get(account) as Progress;
  }

  /** Whether an event was answered for before; it counts as what it was then. */
  #wasSent(run: EventRun, number: number): boolean {
    const { account } = run;
    const how = this.#progressOf(run).answered?.of(number) ?? null;
    if (how === 'taken') account.duplicates++;
    if (how === 'refused') {
      addTo(account.deadLetters, REFUSED_BEFORE);
      addTo(account.rejects, REFUSED_BEFORE);
    }
    return how !== null;
  }

  #note(runs: readonly EventRun[], how: Answered): void {
    for (const { account, first, documents } of runs) this.#underWay?.note(account.object, first, documents, how);
  }

  async end(): Promise<void> {}

  async abandon(): Promise<boolean> {
    return false;
  }

  takeIndices(): readonly string[] {
    return [];
  }
}
