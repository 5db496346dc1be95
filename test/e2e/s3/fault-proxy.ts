/**
 * A proxy between the client and a real S3 server that does what networks and S3 do on bad days. The Host header is
 * kept, so signatures still hold.
 */
import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';

/** What happens to a request. `afterBytes` counts body bytes that are let through. */
export type Fault =
  | {
      readonly kind:
        | 'slow-down'
        | 'internal-error'
        | 'expired-token'
        | 'kms-denied'
        | 'archived'
        | 'reset-before-headers';
    }
  | { readonly kind: 'reset-body' | 'close-body' | 'stall-body'; readonly afterBytes: number }
  | { readonly kind: 'delay'; readonly delayMs: number };

/** A fault, for the first `times` requests that it matches. */
export interface Rule {
  readonly match?: (request: IncomingMessage) => boolean;
  readonly fault: Fault;
  times: number;
}

/** One request that came by. */
export interface Seen {
  readonly method: string;
  /** The query, decoded: `list-type`, `prefix`, … */
  readonly query: URLSearchParams;
  readonly path: string;
  readonly range: string | undefined;
  readonly ifMatch: string | undefined;
  readonly fault: Fault['kind'] | null;
}

/** A running proxy. */
export interface FaultProxy {
  readonly endpointUrl: string;
  readonly seen: Seen[];
  readonly rules: Rule[];
  stop(): Promise<void>;
}

const ANSWERS = {
  'slow-down': [503, 'SlowDown', 'Please reduce your request rate.', ''],
  'internal-error': [500, 'InternalError', 'We encountered an internal error. Please try again.', ''],
  'expired-token': [400, 'ExpiredToken', 'The provided token has expired.', ''],
  'kms-denied': [403, 'AccessDenied', 'User: u is not authorized to perform: kms:Decrypt on resource: key', ''],
  archived: [
    403,
    'InvalidObjectState',
    'The operation is not valid for the storage class',
    '<StorageClass>GLACIER</StorageClass>',
  ],
} as const;

/** Starts a proxy in front of the server on `port` of this machine. */
export async function startFaultProxy(port: number): Promise<FaultProxy> {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const seen: Seen[] = [];
  const rules: Rule[] = [];
  const server = createServer((incoming, outgoing) => {
    const rule = rules.find((candidate) => candidate.times > 0 && (candidate.match?.(incoming) ?? true));
    const fault = rule?.fault ?? null;
    if (rule !== undefined) {
      rule.times--;
    }
    const url = new URL(incoming.url ?? '/', 'http://proxy');
    const { range, 'if-match': ifMatch } = incoming.headers;
    const path = decodeURIComponent(url.pathname);
    seen.push({
      method: incoming.method ?? '',
      query: url.searchParams,
      path,
      range,
      ifMatch,
      fault: fault?.kind ?? null,
    });
    if (fault === null) {
      pass(incoming, outgoing, port, agent, null);
    } else if (fault.kind === 'reset-before-headers') {
      incoming.socket.resetAndDestroy();
    } else if (fault.kind === 'delay') {
      setTimeout(() => pass(incoming, outgoing, port, agent, null), fault.delayMs);
    } else if (fault.kind in ANSWERS) {
      refuse(incoming, outgoing, ANSWERS[fault.kind as keyof typeof ANSWERS]);
    } else {
      pass(incoming, outgoing, port, agent, fault);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    endpointUrl: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`,
    seen,
    rules,
    async stop() {
      server.closeAllConnections();
      agent.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function refuse(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  [status, code, message, more]: readonly [number, string, string, string],
): void {
  incoming.resume();
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message>${more}</Error>`;
  outgoing.writeHead(status, { 'content-type': 'application/xml', 'content-length': Buffer.byteLength(body) });
  outgoing.end(body);
}

function pass(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  port: number,
  agent: Agent,
  fault: Fault | null,
): void {
  const { method, url: path, headers } = incoming;
  const up = request({ host: '127.0.0.1', port, agent, method, path, headers }, (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
    if (fault !== null && 'afterBytes' in fault) {
      breakOff(incoming, outgoing, answer, fault.kind, fault.afterBytes);
    } else {
      answer.pipe(outgoing);
    }
  });
  up.on('error', () => outgoing.destroy());
  outgoing.on('close', () => up.destroy());
  incoming.pipe(up);
}

function breakOff(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  answer: IncomingMessage,
  kind: 'reset-body' | 'close-body' | 'stall-body',
  afterBytes: number,
): void {
  let bytes = 0;
  answer.on('data', (chunk: Buffer) => {
    if (bytes >= afterBytes) {
      return;
    }
    const part = chunk.subarray(0, afterBytes - bytes);
    bytes += part.length;
    outgoing.write(part);
    if (bytes >= afterBytes && kind !== 'stall-body') {
      // A moment for the bytes to leave: a reset throws away what is still on its way.
      setTimeout(() => (kind === 'reset-body' ? incoming.socket.resetAndDestroy() : incoming.socket.end()), 20);
    }
  });
  answer.on('end', () => bytes < afterBytes && outgoing.end());
}
