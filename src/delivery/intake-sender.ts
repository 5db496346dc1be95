/**
 * Sends events to an intake of Sekoia until each is answered for: taken, or a dead letter. There are no ids: an event that
 * is sent again may be there twice.
 */

import { type ClusterAnswer, ClusterHttp } from '../cluster/http.ts';
import { type ErrorCode, FlowbulkError } from '../errors.ts';
import type { Answered } from '../ledger/under-way.ts';
import { countEventIds, intakeStopError, intakeVerdict } from '../sekoia/answer.ts';
import { addTo } from '../sinks/document-account.ts';
import { describeObject } from '../sources/refusals.ts';
import { wholeError } from './answer.ts';
import { type BodyProtocol, BodySender, LEFT, type SenderContext, type Tried } from './body-sender.ts';
import type { EventRun, IntakeEvents } from './intake-events.ts';
import type { IntakeSpec } from './intake-spec.ts';
import { Permits } from './permits.ts';
import { stopAtRejects } from './rejects.ts';
import { groupOf } from './verdict.ts';

/** So often an event is sent alone of which the intake says neither that it has it nor that it will not take it. */
const SENT_ALONE = 3;

const TAIL = Buffer.from(']}');

/** Hears of events that are answered for, and how: nothing is to be sent of them any more. */
export type OnAnswered = (runs: readonly EventRun[], how: Answered) => void;

/** One worker's way to the intake. */
export class IntakeSender implements BodyProtocol<IntakeEvents> {
  readonly path = '/batch';
  readonly name: string;
  readonly gzip: boolean;
  readonly retryForMs: number;
  readonly mostDocuments: number;
  readonly #spec: IntakeSpec;
  readonly #permits: Permits;
  readonly #context: SenderContext;
  readonly #onAnswered: OnAnswered;
  readonly #sender: BodySender<IntakeEvents>;
  readonly #head: Buffer;

  constructor(spec: IntakeSpec, context: SenderContext, onAnswered: OnAnswered = () => {}) {
    this.name = spec.url;
    this.gzip = spec.gzip;
    this.retryForMs = spec.retryForMs;
    this.mostDocuments = spec.bodyRecords;
    this.#spec = spec;
    this.#permits = new Permits(spec.limits, spec.permits);
    this.#context = context;
    this.#onAnswered = onAnswered;
    const http = new ClusterHttp([spec.url], spec.access, spec.connections);
    this.#sender = new BodySender(this, http, this.#permits, context);
    this.#head = Buffer.from(`{"intake_key":${JSON.stringify(spec.intakeKey)},"jsons":[`);
  }

  /** Milliseconds of CPU for making bodies and for reading answers. */
  get cpuMs(): number {
    return this.#sender.cpuMs;
  }

  /** Sends events whose bytes are the sender's until the promise is kept. Gives the bytes sent. Throws E_SINK_*. */
  async send(events: IntakeEvents): Promise<number> {
    try {
      return await this.#sender.send(events);
    } catch (error) {
      throw ofIntake(error);
    }
  }

  /** Gives sockets back. */
  close(): Promise<void> {
    return this.#sender.close();
  }

  headers({ count }: IntakeEvents): Readonly<Record<string, string>> {
    const { itemCountHeader } = this.#spec;
    return {
      'content-type': 'application/json',
      ...(itemCountHeader === undefined ? {} : { [itemCountHeader]: `${count}` }),
    };
  }

  encode(events: IntakeEvents): Buffer {
    return events.between(this.#head, TAIL);
  }

  read(answer: ClusterAnswer, events: IntakeEvents): Tried {
    const { status, body, host } = answer;
    const verdict = intakeVerdict(status);
    if (verdict === 'answered') return this.#readIds(answer, events);
    const { reason } = wholeError(this.#withoutKey(body));
    if (verdict === 'stop') throw intakeStopError(status, reason, this.name);
    const why = `${host} answered ${status}${reason === '' ? '' : `: ${reason}`}`;
    return {
      ...LEFT,
      why,
      status,
      isUncertain: verdict === 'doubtful',
      isTooLarge: verdict === 'too large',
      isUnclear: verdict === 'unclear',
    };
  }

  #readIds({ status, body, host }: ClusterAnswer, events: IntakeEvents): Tried {
    const { count } = events;
    const ids = countEventIds(body);
    if (ids === count) {
      this.#settle(events, 'taken', ({ account, documents }) => {
        account.created += documents;
      });
      this.#permits.count('accepted', count);
      this.#permits.succeeded();
      return { ...LEFT, hasProgress: true };
    }
    if (ids === null || ids > count) {
      const why = `the answer of ${host} cannot be read or is about other events (${body.length} bytes)`;
      return { ...LEFT, why, isUncertain: true };
    }
    if (ids > 0) this.#permits.succeeded();
    const why = `${host} gave ids for ${ids} of ${count} events`;
    // Which ones lack is not said: parts tell.
    const isUnclear = count > 1 || ++events.unanswered >= SENT_ALONE;
    return { ...LEFT, why, status, isUncertain: true, isUnclear };
  }

  /** Servers repeat what they were sent when they do not like it. */
  #withoutKey(body: Buffer): Buffer {
    const { intakeKey } = this.#spec;
    const inJson = JSON.stringify(intakeKey).slice(1, -1);
    const inAscii = inJson.replace(/[^ -~]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
    let text = body.toString();
    for (const form of [intakeKey, inJson, inAscii, encodeURIComponent(intakeKey)]) text = text.replaceAll(form, '…');
    return Buffer.from(text);
  }

  #settle(events: IntakeEvents, how: Answered, book: (run: EventRun) => void): void {
    const { runs } = events;
    for (const run of runs) book(run);
    events.clear();
    this.#onAnswered(runs, how);
  }

  /** The one event that is left becomes a dead letter. */
  refuse(events: IntakeEvents, { why, status, isTooLarge }: Tried): void {
    const code = isTooLarge ? 'too_large' : status !== undefined && status >= 300 ? `status_${status}` : 'no_event_id';
    const reason = why ?? '';
    const document = events.text(0);
    const group = groupOf(code, reason);
    this.#settle(events, 'refused', ({ account }) => {
      addTo(account.deadLetters, code);
      addTo(account.rejects, group);
      this.#context.deadLetters.add({
        v: 1,
        kind: 'document',
        object: describeObject(account.object),
        etag: account.object.etag,
        offset: null,
        document,
        id: null,
        index: this.name,
        code,
        reason,
        ...(status === undefined ? {} : { status }),
        source: account.object,
        run: this.#context.run,
      });
      this.#context.deadLetters.flush();
    });
    this.#permits.count('refused', 1);
    stopAtRejects(this.#permits, { name: this.name, maxRejects: this.#spec.maxRejects }, group);
  }
}

const CODES: Partial<Record<ErrorCode, ErrorCode>> = {
  E_CLUSTER_UNREACHABLE: 'E_SINK_UNREACHABLE',
  E_CLUSTER_REFUSED: 'E_SINK_REFUSED',
  E_CLUSTER_REJECTS: 'E_SINK_REJECTS',
};

/** An error of the connection or of the sender as one of the intake. */
function ofIntake(error: unknown): unknown {
  if (!(error instanceof FlowbulkError)) return error;
  const code = CODES[error.code];
  return code === undefined ? error : new FlowbulkError(code, error.message, { cause: error, facts: error.facts });
}
