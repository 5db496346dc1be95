/**
 * A server that speaks as an intake of Sekoia does, takes what the real one would take and nothing else, and misbehaves on
 * demand: deterministic by its seed as far as requests come in the same order. What a real one says where it refuses is
 * not published: only statuses count.
 */

import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { FaultDice, type FaultName, type Faults, type RequestFault } from '../delivery/faults.ts';

/** https://docs.sekoia.io/integration/ingestion_methods/https/, and constants of Sekoia's SDK. */
const MAX_PAYLOAD_BYTES = 10_485_760;
const MAX_EVENT_BYTES = 250_000;

/** The key that is taken. */
export const INTAKE_KEY = 'Vq3secretKeyOfTests"\\é';

/** How an intake server is to be. */
export interface IntakeServerOptions {
  readonly seed: number;
  /** Probabilities; `fewer items` takes only some events, and gives ids for these. */
  readonly faults?: Faults;
  readonly maxInARow?: number;
  /** The path that `/batch` is under. */
  readonly base?: string;
  /** Larger bodies get 413, decompressed. */
  readonly maxPayloadBytes?: number;
  /** Requests with such an event get 400. */
  readonly isPoison?: (event: string) => boolean;
  /** Events that are never taken, though nothing is said against them. */
  readonly isLost?: (event: string) => boolean;
  /** How long a slow answer takes. Default 100. */
  readonly slowMs?: number;
}

/** What one request brought that was taken. */
export interface TakenRequest {
  readonly events: readonly string[];
  readonly bytes: number;
  readonly isGzip: boolean;
  /** When all of its answer was given to the network, milliseconds of the epoch; null where that never was, or it was spoilt. */
  answeredMs: number | null;
}

/** A running intake server. */
export interface IntakeServer {
  /** As DESTINATION. */
  readonly url: string;
  readonly requests: number;
  readonly mostInFlight: number;
  /** Requests with events that were taken, in order. */
  readonly taken: readonly TakenRequest[];
  /** What of requests the documents of the intake do not allow. */
  readonly violations: readonly string[];
  readonly faults: Faults;
  readonly faultCounts: ReadonlyMap<FaultName, number>;
  readonly script: (RequestFault | null)[];
  stop(): Promise<void>;
}

/** How often each event was taken. */
export function timesTaken(requests: readonly TakenRequest[]): Map<string, number> {
  const times = new Map<string, number>();
  for (const { events } of requests) for (const event of events) times.set(event, (times.get(event) ?? 0) + 1);
  return times;
}

/** Events that came more often than answers to them were lost: each is one that was sent again for nothing. */
export function needlessDoubles(
  requests: readonly TakenRequest[],
  isLost: (request: TakenRequest) => boolean,
): string[] {
  const lost = timesTaken(requests.filter(isLost));
  return [...timesTaken(requests)]
    .filter(([event, times]) => times > 1 + (lost.get(event) ?? 0))
    .map(([event]) => event);
}

/** Starts an intake server on a port of this machine. */
async function startIntakeServer(options: IntakeServerOptions): Promise<IntakeServer> {
  const intake = new FaultIntake(options);
  const server = createServer((request, response) => {
    intake.answer(request, response).catch((error: unknown) => {
      if (!request.destroyed) response.writeHead(599).end(String(error));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : 0;
  return {
    url: `sekoia+http://127.0.0.1:${port}${options.base ?? ''}`,
    get requests() {
      return intake.requests;
    },
    get mostInFlight() {
      return intake.mostInFlight;
    },
    taken: intake.taken,
    violations: intake.violations,
    faults: intake.dice.faults,
    faultCounts: intake.dice.counts,
    script: intake.dice.script,
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Starts a server for as long as `work` takes; nothing that the intake does not allow may have come. */
export async function withIntake(
  options: IntakeServerOptions,
  work: (server: IntakeServer) => Promise<void>,
): Promise<void> {
  const server = await startIntakeServer(options);
  try {
    await work(server);
  } finally {
    await server.stop();
  }
}

interface Answer {
  readonly status: number;
  readonly body: string;
}

const refusal = (status: number, message: string): Answer => ({ status, body: JSON.stringify({ message }) });

const WHOLE: Partial<Record<RequestFault, Answer>> = {
  '401': refusal(401, `the intake key ${INTAKE_KEY} is not known`),
  '403': refusal(403, 'forbidden'),
  '429': refusal(429, 'too many requests'),
  '500': { status: 500, body: 'Internal Server Error' },
  '502': { status: 502, body: '<html><head><title>502 Bad Gateway</title></head></html>' },
  '503': refusal(503, 'unavailable'),
  '504': refusal(504, 'timeout'),
};

/** Faults that spoil the answer of a request whose events were taken. */
const SPOILT: ReadonlySet<RequestFault | null> = new Set<RequestFault>([
  'answer lost',
  'answer cut',
  'wrong JSON',
  'empty body',
  'fewer items',
]);

class FaultIntake {
  readonly dice: FaultDice;
  readonly taken: TakenRequest[] = [];
  readonly violations: string[] = [];
  requests = 0;
  mostInFlight = 0;
  readonly #options: IntakeServerOptions;
  #inFlight = 0;

  constructor(options: IntakeServerOptions) {
    this.#options = options;
    this.dice = new FaultDice(options.seed, options.faults ?? {}, options.maxInARow ?? 5);
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.requests++;
    this.mostInFlight = Math.max(this.mostInFlight, ++this.#inFlight);
    response.once('close', () => this.#inFlight--);
    const fault = this.dice.forRequest();
    if (fault === 'reset before reading') return void request.socket.resetAndDestroy();
    const body = await readBody(request);
    if (fault === 'reset before storing') return void request.socket.resetAndDestroy();
    const whole = fault === null ? undefined : WHOLE[fault];
    const events = whole ?? this.#judge(request, body);
    if (!Array.isArray(events)) return this.#send(response, events as Answer, fault, null);
    const { isLost = () => false } = this.#options;
    const kept = fault === 'fewer items' ? this.dice.random.between(0, events.length - 1) : events.length;
    const stored = (events as string[]).slice(0, kept).filter((event) => !isLost(event));
    const isGzip = request.headers['content-encoding'] === 'gzip';
    const taken: TakenRequest = { events: stored, bytes: body.length, isGzip, answeredMs: null };
    this.taken.push(taken);
    if (fault === 'answer lost') return void request.socket.resetAndDestroy();
    const isShort = stored.length < events.length;
    const answer = { status: 200, body: JSON.stringify({ event_ids: stored.map(() => randomUUID()) }) };
    return this.#send(response, answer, fault, isShort || SPOILT.has(fault) ? null : taken);
  }

  /** The events of a request, or why it is refused. */
  #judge({ method, url, headers }: IncomingMessage, body: Buffer): readonly string[] | Answer {
    const refuse = (status: number, why: string): Answer => {
      this.violations.push(`${status} ${why}`);
      return refusal(status, `${why} (intake key ${INTAKE_KEY})`);
    };
    const { base = '', maxPayloadBytes = MAX_PAYLOAD_BYTES, isPoison } = this.#options;
    if (url !== `${base}/batch`) return refuse(404, `no such path: ${url}`);
    if (method !== 'POST') return refuse(405, `${method}`);
    if (headers['content-type'] !== 'application/json') return refuse(415, `content-type ${headers['content-type']}`);
    if (![undefined, 'gzip'].includes(headers['content-encoding'])) return refuse(415, 'content-encoding');
    if (body.length > MAX_PAYLOAD_BYTES) return refuse(413, `${body.length} bytes`);
    if (body.length > maxPayloadBytes) return refusal(413, 'too large');
    const events = parse(body);
    if (typeof events === 'string') return refuse(400, events);
    if (events.intakeKey !== INTAKE_KEY) return refusal(401, `the intake key ${events.intakeKey} is not known`);
    if (isPoison !== undefined && events.jsons.some(isPoison)) return refusal(400, 'an event is not liked');
    return events.jsons;
  }

  async #send(
    response: ServerResponse,
    { status, body }: Answer,
    fault: RequestFault | null,
    taken: TakenRequest | null,
  ): Promise<void> {
    const { random } = this.dice;
    if (fault === 'answer slow') await sleep(this.#options.slowMs ?? 100, undefined, { ref: false });
    const text = fault === 'empty body' ? '' : fault === 'wrong JSON' ? body.slice(0, -1) : body;
    const bytes = Buffer.from(text);
    response.writeHead(status, { 'content-length': bytes.length, 'content-type': 'application/json' });
    if (fault === 'answer cut' && bytes.length > 1) {
      await new Promise((resolve) => response.write(bytes.subarray(0, random.between(1, bytes.length - 1)), resolve));
      response.socket?.resetAndDestroy();
      return;
    }
    response.end(bytes, () => {
      if (taken !== null) taken.answeredMs = Date.now();
    });
  }
}

/** A request's key and events; a text where it is none that the intake would take. */
function parse(body: Buffer): { readonly intakeKey: string; readonly jsons: readonly string[] } | string {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch (error) {
    return `no JSON: ${error}`;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'no object';
  const { intake_key: intakeKey, jsons, ...others } = value as Record<string, unknown>;
  if (Object.keys(others).length > 0) return `unknown fields ${Object.keys(others).join(', ')}`;
  if (typeof intakeKey !== 'string' || intakeKey === '') return 'intake_key is missing or no text';
  if (!Array.isArray(jsons) || jsons.length === 0) return 'jsons is missing, empty or no array';
  if (!jsons.every((event) => typeof event === 'string' && event !== '')) return 'an event is no text, or empty';
  const longest = Math.max(...jsons.map((event) => Buffer.byteLength(event)));
  return longest > MAX_EVENT_BYTES ? `an event of ${longest} bytes` : { intakeKey, jsons };
}

/** The body of a request, decompressed. */
async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const sent = Buffer.concat(chunks);
  return request.headers['content-encoding'] === 'gzip' ? gunzipSync(sent) : sent;
}
