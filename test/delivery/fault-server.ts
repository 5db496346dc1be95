/**
 * A server that behaves as `_bulk` of the real ones does, stores what it is sent, and misbehaves on demand: deterministic
 * by its seed as far as requests come in the same order. Answers are those that OpenSearch 3.8 and Elasticsearch 9.4 gave.
 */

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import {
  type AnswerItem,
  BulkStore,
  filteredBy,
  itemError,
  type Operation,
  parseBulk,
  type StoredDocument,
} from './bulk-store.ts';
import { type Answer, ClusterReads, type Flavour, isElastic, refusal } from './cluster-reads.ts';
import { FaultDice, type FaultName, type Faults, faultyItem, type RequestFault } from './faults.ts';

/** How a fault server is to be. */
export interface FaultServerOptions {
  readonly seed: number;
  /** Probabilities. */
  readonly faults?: Faults;
  /** Faults in a row at most, of requests and of each document: so a run always ends. Default 5. */
  readonly maxInARow?: number;
  readonly flavour?: Flavour;
  /** Names are data streams: only `create` is taken, and a roll-over makes `.ds-NAME-000002`. */
  readonly dataStreams?: boolean;
  /** Larger bodies get 413; a compressed one counts decompressed. */
  readonly maxContentBytes?: number;
  /** The Authorization header that is asked for. */
  readonly requireAuthorization?: string;
  /** The credentials may write and nothing else: all but `_bulk` gets 403. */
  readonly createDocOnly?: boolean;
  /** So many requests other than `_bulk` are broken off, the first ones. */
  readonly readResets?: number;
  /** All data streams roll over after every so many requests to `_bulk`, before the answer goes out. */
  readonly rolloverEvery?: number;
  /** How long a slow answer takes. Default 100. */
  readonly slowMs?: number;
}

/** A running fault server. */
export interface FaultServer {
  readonly url: string;
  /** Every document by its id (made ones begin with `made-`). */
  readonly stored: ReadonlyMap<string, StoredDocument>;
  /** How often each document, by id or else by its text, went to the failure store. */
  readonly failureStore: ReadonlyMap<string, number>;
  /** Requests to `_bulk` so far. */
  readonly requests: number;
  /** The most requests to `_bulk` that were under way at a time. */
  readonly mostInFlight: number;
  /** Probabilities of what is drawn from now on: may be changed at any time. */
  readonly faults: Faults;
  readonly faultCounts: ReadonlyMap<FaultName, number>;
  /** Faults for the next requests to `_bulk`, before any is drawn; null for none. */
  readonly script: (RequestFault | null)[];
  rollover(name: string): void;
  /** Takes a document away, as somebody might. */
  remove(id: string): void;
  /** Breaks all connections and ends. */
  stop(): Promise<void>;
}

/** Starts a fault server on a port of this machine. */
export async function startFaultServer(options: FaultServerOptions): Promise<FaultServer> {
  const cluster = new FaultCluster(options);
  const server = createServer((request, response) => {
    cluster.answer(request, response).catch((error: unknown) => {
      // A client that broke off is no fault of ours; all else has to be seen by the test.
      if (!request.destroyed) response.writeHead(599).end(String(error));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`,
    stored: cluster.store.stored,
    failureStore: cluster.failureStore,
    get requests() {
      return cluster.requests;
    },
    get mostInFlight() {
      return cluster.mostInFlight;
    },
    faults: cluster.dice.faults,
    faultCounts: cluster.dice.counts,
    script: cluster.dice.script,
    rollover: (name) => cluster.store.rollover(name),
    remove: (id) => cluster.store.remove(id),
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Starts a server for as long as `work` takes. */
export async function withServer(
  options: FaultServerOptions,
  work: (server: FaultServer) => Promise<void>,
): Promise<void> {
  const server = await startFaultServer(options);
  try {
    await work(server);
  } finally {
    await server.stop();
  }
}

const NO_IDS = 'Document ID is not supported in create/index operation request';

const BLOCKED = 'blocked by: [FORBIDDEN/6/cluster read-only (api)];';

/** Answers of faults that are about the whole request; nothing is stored. */
const WHOLE: Partial<Record<RequestFault, Answer>> = {
  '401': { status: 401, type: 'text/plain', body: 'Unauthorized' },
  '403': refusal({
    status: 403,
    type: 'security_exception',
    reason: 'action [indices:data/write/bulk] is unauthorized',
  }),
  'whole block': refusal({ status: 403, type: 'cluster_block_exception', reason: BLOCKED }),
  '429': refusal({
    status: 429,
    type: 'es_rejected_execution_exception',
    reason: 'rejected execution of coordinating operation [coordinating_and_primary_bytes=0, max_coordinating_bytes=1]',
  }),
  '500': refusal({ status: 500, type: 'null_pointer_exception', reason: 'Cannot invoke "x"' }),
  '502': {
    status: 502,
    type: 'text/html',
    body: '<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>nginx</body>\r\n</html>\r\n',
  },
  '503': refusal({ status: 503, type: 'no_shard_available_action_exception', reason: 'no shard' }),
  '504': { status: 504, type: 'application/json', body: '{"message": "Endpoint request timed out"}' },
};

class FaultCluster {
  readonly store: BulkStore;
  readonly dice: FaultDice;
  readonly failureStore = new Map<string, number>();
  requests = 0;
  mostInFlight = 0;
  readonly #options: FaultServerOptions;
  readonly #flavour: Flavour;
  readonly #reads: ClusterReads;
  #inFlight = 0;
  #readResets: number;

  constructor(options: FaultServerOptions) {
    this.#options = options;
    this.#readResets = options.readResets ?? 0;
    this.#flavour = options.flavour ?? 'elasticsearch';
    this.store = new BulkStore(options.dataStreams ?? false);
    this.dice = new FaultDice(options.seed, options.faults ?? {}, options.maxInARow ?? 5);
    this.#reads = new ClusterReads(this.store, this.#flavour, options.dataStreams ?? false);
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://cluster');
    const isBulk = url.pathname.endsWith('/_bulk');
    const fault = isBulk ? this.dice.forRequest() : null;
    if (isBulk) {
      this.requests++;
      this.mostInFlight = Math.max(this.mostInFlight, ++this.#inFlight);
      response.once('close', () => this.#inFlight--);
    }
    if (fault === 'reset before reading' || (!isBulk && this.#readResets-- > 0)) {
      request.socket.resetAndDestroy();
      return;
    }
    const body = await readBody(request);
    if (fault === 'reset before storing') {
      request.socket.resetAndDestroy();
      return;
    }
    const refused = this.#judge(request, body.length, isBulk);
    const answer = refused ?? (isBulk ? this.#bulk(request, url, body, fault) : this.#read(request, url, body));
    const { rolloverEvery } = this.#options;
    if (isBulk && rolloverEvery !== undefined && this.requests % rolloverEvery === 0) this.store.rolloverAll();
    if (fault === 'answer lost') request.socket.resetAndDestroy();
    else await this.#send(request, response, answer, fault);
  }

  /** What is refused whatever the body says. */
  #judge({ headers, url }: IncomingMessage, bodyBytes: number, isBulk: boolean): Answer | null {
    const { requireAuthorization, maxContentBytes = 100 * 2 ** 20, createDocOnly } = this.#options;
    if (requireAuthorization !== undefined && headers.authorization !== requireAuthorization) {
      if (!isElastic(this.#flavour)) return { status: 401, type: 'text/plain', body: 'Unauthorized' };
      const reason = 'unable to authenticate with provided credentials and anonymous access is not allowed';
      return refusal({ status: 401, type: 'security_exception', reason });
    }
    if (bodyBytes > maxContentBytes) return { status: 413, type: 'text/plain', body: '' };
    if (createDocOnly && !isBulk && url !== '/_security/_authenticate') {
      const reason = 'action [cluster:monitor/main] is unauthorized for API key id [k] of user [u]';
      return refusal({ status: 403, type: 'security_exception', reason });
    }
    return null;
  }

  #read({ method = 'GET' }: IncomingMessage, url: URL, body: Buffer): Answer {
    return this.#reads.answer(method, url, body.toString());
  }

  #bulk({ headers }: IncomingMessage, url: URL, body: Buffer, fault: RequestFault | null): Answer {
    const whole = fault === null ? undefined : WHOLE[fault];
    if (whole !== undefined) return whole;
    const type = headers['content-type'] ?? '';
    if (!/^application\/(x-ndjson|json)\b/.test(type)) {
      const reason = `Content-Type header [${type}] is not supported`;
      return refusal({ status: 406, type: 'media_type_header_exception', reason });
    }
    const [name = null] = url.pathname.split('/').slice(1, -1).map(decodeURIComponent);
    const operations = parseBulk(body.toString(), name);
    if ('status' in operations) return refusal(operations);
    const items = operations.map((operation) => this.#take(operation));
    const kept = fault === 'fewer items' ? items.slice(0, this.dice.random.between(0, items.length - 1)) : items;
    return { status: 200, type: 'application/json', body: this.#rendered(kept, url) };
  }

  #take(operation: Operation): AnswerItem {
    const { op, id, document } = operation;
    if (this.#flavour === 'aoss' && id !== null) {
      return itemError(op, { status: 400, type: 'illegal_argument_exception', reason: NO_IDS });
    }
    const fault = this.dice.forItem(operation);
    if (fault === null) return this.store.take(operation);
    const key = id ?? document;
    if (fault === 'failure store') this.failureStore.set(key, (this.failureStore.get(key) ?? 0) + 1);
    return faultyItem(fault, op);
  }

  /** The answer as text: in either product's order, compact or not. */
  #rendered(items: readonly AnswerItem[], url: URL): string {
    const errors = items.some((item) => Object.values(item).some((outcome) => 'error' in outcome));
    const took = this.dice.random.between(1, 3000);
    const answer = isElastic(this.#flavour) ? { errors, took, items } : { took, errors, items };
    const indent = this.dice.random.uniform() < 0.3 ? 2 : 0;
    return JSON.stringify(filteredBy(url, answer), null, indent) + (indent === 0 ? '' : '\n');
  }

  async #send(
    request: IncomingMessage,
    response: ServerResponse,
    { status, type, body }: Answer,
    fault: RequestFault | null,
  ): Promise<void> {
    const { random } = this.dice;
    if (fault === 'answer slow') await sleep(this.#options.slowMs ?? 100, undefined, { ref: false });
    const text = fault === 'empty body' ? '' : fault === 'wrong JSON' ? this.#wrong(body) : body;
    const bytes = Buffer.from(text);
    const isGzip = request.headers['content-encoding'] === 'gzip';
    response.writeHead(status, {
      'content-length': bytes.length,
      ...this.#product(status),
      ...(status === 413 && isGzip ? { connection: 'close' } : {}),
      ...(bytes.length > 0 ? { 'content-type': type } : {}),
      ...(status === 401 ? { 'www-authenticate': 'Basic realm="cluster"' } : {}),
    });
    if (fault === 'answer cut' && bytes.length > 0) {
      const part = bytes.subarray(0, random.between(1, bytes.length - 1));
      await new Promise((resolve) => response.write(part, resolve));
      if (random.uniform() < 0.5) request.socket.resetAndDestroy();
      else request.socket.destroySoon();
      return;
    }
    const step = fault === 'answer trickled' ? Math.max(3, Math.ceil(bytes.length / 50)) : bytes.length;
    let at = 0;
    for (; at + step < bytes.length; at += step) {
      await new Promise((resolve) => response.write(bytes.subarray(at, at + step), resolve));
    }
    response.end(bytes.subarray(at));
  }

  /** What a proxy in between, or a server at its end, might make of an answer. */
  #wrong(text: string): string {
    const { random } = this.dice;
    const cut = text.slice(0, random.between(0, text.trimEnd().length - 1));
    const kinds = [cut, '<html>OK</html>', `${text}x`, '{}', 'null'];
    return kinds[random.between(0, kinds.length - 1)]!;
  }

  /** Elasticsearch leaves its name out of answers about rights and size, OpenSearch out of those about size. */
  #product(status: number): Record<string, string> {
    if (status === 413) return {};
    if (this.#flavour === 'opensearch') return { 'x-opensearch-version': 'OpenSearch/3.8.0 (opensearch)' };
    const isNamed = isElastic(this.#flavour) && status !== 401 && status !== 403;
    return isNamed ? { 'x-elastic-product': 'Elasticsearch' } : {};
  }
}

/** The body of a request, decompressed. */
async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const sent = Buffer.concat(chunks);
  return request.headers['content-encoding'] === 'gzip' ? gunzipSync(sent) : sent;
}
