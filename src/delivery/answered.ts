/** What an answer's items mean for the documents that were sent: accounts, dead letters, and what is left to send. */

import type { FlowbulkError } from '../errors.ts';
import { addTo, type BodyPart } from '../sinks/document-account.ts';
import { describeObject } from '../sources/refusals.ts';
import { scanAnswer } from './answer.ts';
import type { SenderContext } from './body-sender.ts';
import type { BulkDocuments } from './bulk-documents.ts';
import type { BulkSpec } from './bulk-spec.ts';
import type { Permits } from './permits.ts';
import { stopAtRejects } from './rejects.ts';
import { blockedError, groupOf, type ItemVerdict, itemVerdict, plainReason, stopError } from './verdict.ts';

/** An item that is not simply created. */
interface Item {
  readonly index: number;
  readonly verdict: ItemVerdict;
  readonly status: number;
  readonly type: string | null;
  readonly reason: string | null;
}

/** What the items of an answer came to. */
export interface AppliedItems {
  /** Some documents were answered for. */
  readonly hasProgress: boolean;
  /** Why documents are left: the first reason; null where none are. */
  readonly why: string | null;
  /** Documents that are left may be stored all the same. */
  readonly isUncertain: boolean;
  /** What blocks writing; null where nothing does. */
  readonly blocked: FlowbulkError | null;
}

/** Books answers. */
export class Answered {
  readonly #spec: BulkSpec;
  readonly #permits: Permits;
  readonly #context: SenderContext;

  constructor(spec: BulkSpec, permits: Permits, context: SenderContext) {
    this.#spec = spec;
    this.#permits = permits;
    this.#context = context;
  }

  /**
   * Books an answer of status 200 and takes the documents out that are answered for. Gives null, and books nothing,
   * where the answer is not one for these documents. Throws E_CLUSTER_* where an item says that the run must stop.
   */
  apply(answer: Uint8Array, documents: BulkDocuments): AppliedItems | null {
    const items: Item[] = [];
    const count = scanAnswer(answer, (index, status, failureStore, type, reason) => {
      items.push({ index, verdict: itemVerdict(status, failureStore, type, reason), status, type, reason });
    });
    if (count !== documents.count) return null;
    const stop = items.find(({ verdict }) => verdict === 'stop');
    if (stop !== undefined) throw stopError(stop.status, stop.type, stop.reason ?? '', this.#spec.name);

    const left = items.filter(({ verdict }) => verdict === 'again' || verdict === 'blocked');
    const pushedBack = left.filter(({ verdict }) => verdict === 'again');
    this.#book(documents, items);
    const hasProgress = left.length < documents.count;
    const leftIndices = new Set(left.map(({ index }) => index));
    if (left.length > 0) documents.retain((index) => leftIndices.has(index));
    else documents.clear();
    this.#stopWhereRefused(items);
    const first = left[0];
    const block = left.find(({ verdict }) => verdict === 'blocked');
    return {
      hasProgress,
      why:
        first === undefined
          ? null
          : `${left.length} items of ${first.status} ${first.type ?? ''}: ${plainReason(first.reason ?? '')}`,
      isUncertain: pushedBack.some(({ status }) => status >= 500),
      blocked: block === undefined ? null : blockedError(block.status, block.type, block.reason ?? '', this.#spec.name),
    };
  }

  /** Fills accounts and dead letters; `items` are in order, documents without one were created. */
  #book(documents: BulkDocuments, items: readonly Item[]): void {
    let next = 0;
    let begin = 0;
    let accepted = 0;
    let refused = 0;
    for (const part of documents.parts) {
      const { account } = part;
      const end = begin + part.documents;
      let created = part.documents;
      for (; next < items.length && (items[next] as Item).index < end; next++) {
        const item = items[next] as Item;
        if (item.verdict === 'created') continue;
        created--;
        if (item.verdict === 'duplicate') account.duplicates++;
        else if (item.verdict === 'failure store') {
          account.failureStore++;
          this.#letter('failure_store', documents, part, item);
        } else if (item.verdict === 'rejected') {
          refused++;
          this.#reject(documents, part, item);
          continue;
        } else continue;
        accepted++;
      }
      account.created += created;
      accepted += created;
      begin = end;
    }
    this.#permits.count('accepted', accepted);
    this.#permits.count('refused', refused);
    this.#context.deadLetters.flush();
  }

  #reject(documents: BulkDocuments, part: BodyPart, item: Item): void {
    addTo(part.account.deadLetters, item.type ?? `status_${item.status}`);
    addTo(part.account.rejects, groupOf(item.type, item.reason));
    this.#letter('document', documents, part, item);
  }

  #letter(kind: 'document' | 'failure_store', documents: BulkDocuments, part: BodyPart, item: Item): void {
    const { object } = part.account;
    const { id, index } = documents.action(item.index);
    const document = JSON.parse(documents.document(item.index)) as { log?: { offset?: number } };
    this.#context.deadLetters.add({
      v: 1,
      kind,
      object: describeObject(object),
      etag: object.etag,
      offset: document.log?.offset ?? null,
      document,
      id,
      index: index ?? this.#spec.name,
      code: item.type ?? (kind === 'document' ? `status_${item.status}` : 'failure_store'),
      reason: item.reason ?? '',
      status: item.status,
      source: object,
      run: this.#context.run,
    });
  }

  #stopWhereRefused(items: readonly Item[]): void {
    const first = items.find(({ verdict }) => verdict === 'rejected');
    if (first !== undefined) stopAtRejects(this.#permits, this.#spec, groupOf(first.type, first.reason));
  }

  /** The one document that is left is too large for the cluster: a dead letter. */
  tooLarge(documents: BulkDocuments): void {
    const reason = `the cluster takes no request of ${documents.bytes.length} bytes`;
    this.#book(documents, [{ index: 0, verdict: 'rejected', status: 413, type: 'too_large', reason }]);
    documents.clear();
  }

  /** Documents that the stream has already. */
  there(documents: BulkDocuments, indices: ReadonlySet<number>): void {
    let i = 0;
    for (const { account, documents: count } of documents.parts) {
      for (const end = i + count; i < end; i++) if (indices.has(i)) account.duplicates++;
    }
    this.#permits.count('accepted', indices.size);
    documents.retain((index) => !indices.has(index));
  }
}
