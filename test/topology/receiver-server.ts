/**
 * A server that takes what StackState's receiver is documented to take, refuses all else, keeps the topology that comes
 * of it, and misbehaves on demand: deterministic by its seed as far as requests come in the same order.
 */

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync, inflateSync } from 'node:zlib';
import { Prng } from '../../src/generate/prng.ts';

/** What goes wrong with a request. Those before `answer lost` leave nothing stored. */
const FAULTS = ['429', '500', '503', 'reset', 'answer lost', 'slow'] as const;
export type ReceiverFault = (typeof FAULTS)[number];

/** How a server is to be. */
export interface ReceiverServerOptions {
  readonly apiKey: string;
  /** Path before `/stsAgent/intake`. */
  readonly base?: string;
  readonly seed?: number;
  /** Probabilities of faults; never more than three in a row. */
  readonly faults?: Partial<Record<ReceiverFault, number>>;
  /** Larger bodies, decompressed, get 413. */
  readonly maxBodyBytes?: number;
  /** How long a slow answer takes. */
  readonly slowMs?: number;
}

/** The topology of one instance, and the points of its gauges. */
export interface Stored {
  readonly components: Map<string, string>;
  readonly relations: Map<string, string>;
  /** Values by name, tags and time. */
  readonly points: Map<string, number>;
}

/** A running server. */
export interface ReceiverServer {
  /** As DESTINATION. */
  readonly destination: string;
  readonly stored: Stored;
  /** Requests by the status of their answers; 0 for those that were broken off. */
  readonly answers: ReadonlyMap<number, number>;
  /** Why requests were refused. */
  readonly refusals: readonly string[];
  readonly bodies: readonly ReceivedBody[];
  /** Hears of each request that was taken. */
  onTaken: (() => void) | null;
  stop(): Promise<void>;
}

/** What is looked at of a body. */
interface ReceivedBody {
  readonly apiKey: string;
  readonly metrics: readonly unknown[];
  readonly topologies: readonly {
    readonly start_snapshot: boolean;
    readonly stop_snapshot: boolean;
    readonly instance: { readonly type: string; readonly url: string };
    readonly delete_ids: readonly string[];
    readonly components: readonly { readonly externalId: string; readonly data: unknown }[];
    readonly relations: readonly {
      readonly externalId: string;
      readonly sourceId: string;
      readonly targetId: string;
      readonly data: unknown;
    }[];
  }[];
}

class Refused extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

type Shape = 'text' | 'seconds' | 'flag' | 'object' | 'list' | 'texts';

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const FITS: Readonly<Record<Shape, (value: unknown) => boolean>> = {
  text: (value) => typeof value === 'string' && value !== '',
  // Milliseconds would be of the year 5138 and later.
  seconds: (value) => Number.isInteger(value) && (value as number) > 0 && (value as number) < 1e11,
  flag: (value) => typeof value === 'boolean',
  object: isObject,
  list: Array.isArray,
  texts: (value) => Array.isArray(value) && value.every((one) => typeof one === 'string'),
};

function check(value: unknown, what: string, members: Readonly<Record<string, Shape>>): void {
  if (!isObject(value)) throw new Refused(400, `${what} is no object`);
  for (const [name, shape] of Object.entries(members)) {
    if (!FITS[shape](value[name])) throw new Refused(400, `${what}: ${name} is not ${shape}`);
  }
  const unknown = Object.keys(value).find((name) => !(name in members));
  if (unknown !== undefined) throw new Refused(400, `${what}: ${unknown} is not known`);
}

const BODY = {
  apiKey: 'text',
  collection_timestamp: 'seconds',
  internalHostname: 'text',
  events: 'object',
  metrics: 'list',
  service_checks: 'list',
  health: 'list',
  topologies: 'list',
} as const;

const TOPOLOGY = {
  start_snapshot: 'flag',
  stop_snapshot: 'flag',
  instance: 'object',
  delete_ids: 'texts',
  components: 'list',
  relations: 'list',
} as const;

function checkType(type: unknown, what: string): void {
  check(type, `${what}: type`, { name: 'text' });
}

function checkMetric(metric: unknown): void {
  if (!Array.isArray(metric) || metric.length !== 4) throw new Refused(400, 'a metric has four parts');
  const [name, time, value, of] = metric as unknown[];
  if (!FITS.text(name) || !FITS.seconds(time)) throw new Refused(400, 'a metric has a name and a time');
  if (typeof value !== 'number' || !Number.isFinite(value)) throw new Refused(400, 'a metric has a number');
  check(of, 'a metric', { hostname: 'text', type: 'text', tags: 'texts' });
}

/** Starts a server on a port of the system's choice. */
export async function startReceiverServer(options: ReceiverServerOptions): Promise<ReceiverServer> {
  const { base = '', seed = 1, slowMs = 50 } = options;
  const stored: Stored = { components: new Map(), relations: new Map(), points: new Map() };
  const answers = new Map<number, number>();
  const refusals: string[] = [];
  const bodies: ReceivedBody[] = [];
  const random = new Prng(seed, 1);
  let inARow = 0;
  let open: { components: Set<string>; relations: Set<string> } | null = null;
  const result: ReceiverServer = { destination: '', stored, answers, refusals, bodies, onTaken: null, stop };

  function drawn(): ReceiverFault | null {
    let at = random.uniform();
    if (inARow >= 3) return null;
    for (const fault of FAULTS) {
      at -= options.faults?.[fault] ?? 0;
      if (at < 0) return fault;
    }
    return null;
  }

  function judge(request: IncomingMessage, bytes: Buffer): ReceivedBody {
    const url = new URL(request.url ?? '/', 'http://receiver');
    if (request.method !== 'POST') throw new Refused(405, 'only POST');
    if (url.pathname !== `${base}/stsAgent/intake`) throw new Refused(404, `no resource ${request.url}`);
    if (url.searchParams.get('api_key') !== options.apiKey) throw new Refused(403, `wrong key in ${request.url}`);
    if (request.headers['content-type'] !== 'application/json') throw new Refused(415, 'only JSON');
    const encoding = request.headers['content-encoding'] ?? 'identity';
    const decoders = { identity: (all: Buffer) => all, gzip: gunzipSync, deflate: inflateSync };
    const decode = decoders[encoding as keyof typeof decoders];
    if (decode === undefined) throw new Refused(415, `no content-encoding ${encoding}`);
    const text = decode(bytes);
    if (text.length > (options.maxBodyBytes ?? Number.POSITIVE_INFINITY)) throw new Refused(413, 'too large');
    const body = JSON.parse(text.toString()) as ReceivedBody;
    check(body, 'the body', BODY);
    if (body.apiKey !== options.apiKey) throw new Refused(403, 'another key in the body');
    for (const metric of body.metrics) checkMetric(metric);
    for (const topology of body.topologies) checkTopology(topology);
    return body;
  }

  function checkTopology(topology: ReceivedBody['topologies'][number]): void {
    check(topology, 'a topology', TOPOLOGY);
    check(topology.instance, 'the instance', { type: 'text', url: 'text' });
    const ids = new Set<string>();
    for (const component of topology.components) {
      check(component, 'a component', { externalId: 'text', type: 'object', data: 'object' });
      checkType((component as { type?: unknown }).type, component.externalId);
      if (ids.has(component.externalId)) throw new Refused(400, `${component.externalId} comes twice`);
      ids.add(component.externalId);
    }
    for (const relation of topology.relations) {
      const members = {
        externalId: 'text',
        type: 'object',
        sourceId: 'text',
        targetId: 'text',
        data: 'object',
      } as const;
      check(relation, 'a relation', members);
      checkType((relation as { type?: unknown }).type, relation.externalId);
      if (ids.has(relation.externalId)) throw new Refused(400, `${relation.externalId} comes twice`);
      ids.add(relation.externalId);
      for (const end of [relation.sourceId, relation.targetId]) {
        if (!ids.has(end) && !stored.components.has(end)) throw new Refused(400, `${end} is no component`);
      }
    }
  }

  function store(body: ReceivedBody): void {
    bodies.push(body);
    for (const [name, time, value, { tags }] of body.metrics as [string, number, number, { tags: string[] }][]) {
      stored.points.set([name, ...tags, time].join(' '), value);
    }
    for (const topology of body.topologies) {
      if (topology.start_snapshot) open = { components: new Set(), relations: new Set() };
      for (const one of topology.components) {
        stored.components.set(one.externalId, JSON.stringify(one.data));
        open?.components.add(one.externalId);
      }
      for (const one of topology.relations) {
        stored.relations.set(one.externalId, JSON.stringify(one.data));
        open?.relations.add(one.externalId);
      }
      for (const id of topology.delete_ids) stored.components.delete(id);
      if (!topology.stop_snapshot || open === null) continue;
      for (const id of stored.components.keys()) if (!open.components.has(id)) stored.components.delete(id);
      for (const id of stored.relations.keys()) if (!open.relations.has(id)) stored.relations.delete(id);
      open = null;
    }
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const fault = drawn();
    inARow = fault === null ? 0 : inARow + 1;
    const reply = (status: number, text: string) => {
      answers.set(status, (answers.get(status) ?? 0) + 1);
      if (status === 0) request.socket.resetAndDestroy();
      else response.writeHead(status, { 'content-type': 'text/plain' }).end(text);
    };
    if (fault === 'reset') return reply(0, '');
    if (fault === '429' || fault === '500' || fault === '503') return reply(Number(fault), 'busy');
    try {
      store(judge(request, Buffer.concat(chunks)));
    } catch (error) {
      const { status = 400, message } = error as Partial<Refused>;
      refusals.push(`${status} ${message}`);
      return reply(status, `${message}`);
    }
    if (fault === 'answer lost') return reply(0, '');
    if (fault === 'slow') await sleep(slowMs);
    reply(200, '');
    result.onTaken?.();
  }

  const server = createServer((request, response) => {
    answer(request, response).catch(() => request.socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  async function stop(): Promise<void> {
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  }
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : 0;
  return Object.assign(result, { destination: `stackstate+http://127.0.0.1:${port}${base}` });
}
