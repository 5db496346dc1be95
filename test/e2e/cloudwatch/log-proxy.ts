/**
 * A proxy between the program and moto's CloudWatch Logs that has moto answer as AWS does where it does not: events of all
 * streams interleaved, groups by ARN, streams by the beginning of their names, pages that are empty and not the last. And
 * what AWS does on bad days: it throttles.
 */
import { createServer, type IncomingMessage, request } from 'node:http';
import { Prng } from '../../../src/generate/prng.ts';

/** One call for events that came by. */
export interface SeenCall {
  readonly atMs: number;
  readonly startTime: number;
  readonly endTime: number;
  readonly token: string | null;
  readonly isThrottled: boolean;
}

/** What happens to calls for events: chances from 0 to 1, by seed. */
export interface LogFaults {
  throttled: number;
  empty: number;
  /** Events a page at most; AWS gives 1 MB or 10,000. */
  pageEvents: number;
  /** How long an answer takes. */
  delayMs: number;
}

/** A running proxy. */
export interface LogProxy {
  readonly endpointUrl: string;
  readonly calls: SeenCall[];
  readonly faults: LogFaults;
  /** Most calls for events that were under way at a time. */
  mostUnderWay: number;
  /** Names of actions that are refused for want of a right. */
  readonly denied: Set<string>;
  stop(): Promise<void>;
}

interface FilterInput {
  logGroupName?: string;
  logGroupIdentifier?: string;
  logStreamNamePrefix?: string;
  logStreamNames?: string[];
  interleaved?: boolean;
  limit?: number;
  startTime: number;
  endTime: number;
  nextToken?: string;
}

/** Before the token of a page that stands behind an empty one. */
const AFTER_EMPTY = 'after-empty ';

/** Starts a proxy before moto at `url`; `streamsOf` names a group's streams. */
export async function startLogProxy(
  url: string,
  seed: number,
  streamsOf: (group: string) => readonly string[],
): Promise<LogProxy> {
  const prng = new Prng(seed, 0);
  const chance = (of: number) => prng.between(0, 999_999) < of * 1e6;
  const target = new URL(url);
  let underWay = 0;
  const server = createServer(async (incoming, outgoing) => {
    const body = await bodyOf(incoming);
    const action = String(incoming.headers['x-amz-target'] ?? '').split('.')[1] ?? actionOf(body);
    const answer = (status: number, value: object) => {
      outgoing.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' });
      outgoing.end(JSON.stringify(value));
    };
    if (proxy.denied.has(action)) {
      const text = `User: arn:aws:iam::123456789012:user/u is not authorized to perform: ${action}`;
      if (action === 'DescribeFlowLogs') {
        outgoing.writeHead(403, { 'content-type': 'text/xml' });
        outgoing.end(
          `<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>${text}</Message></Error></Errors></Response>`,
        );
      } else answer(400, { __type: 'AccessDeniedException', message: text });
      return;
    }
    if (action !== 'FilterLogEvents') {
      pass(incoming, body, target).then(({ status, headers, bytes }) => {
        outgoing.writeHead(status, headers);
        outgoing.end(bytes);
      });
      return;
    }
    const input = JSON.parse(body.toString()) as FilterInput;
    const { startTime, endTime, nextToken = null } = input;
    const isThrottled = chance(proxy.faults.throttled);
    proxy.calls.push({ atMs: Date.now(), startTime, endTime, token: nextToken, isThrottled });
    proxy.mostUnderWay = Math.max(proxy.mostUnderWay, ++underWay);
    outgoing.once('close', () => underWay--);
    if (isThrottled) return answer(400, { __type: 'ThrottlingException', message: 'Rate exceeded' });
    await new Promise((resolve) => setTimeout(resolve, proxy.faults.delayMs));
    const isAfterEmpty = nextToken?.startsWith(AFTER_EMPTY) ?? false;
    if (!isAfterEmpty && chance(proxy.faults.empty)) {
      return answer(200, { events: [], nextToken: `${AFTER_EMPTY}${nextToken ?? ''}` });
    }
    const token = isAfterEmpty ? nextToken?.slice(AFTER_EMPTY.length) : nextToken;
    const asked = Buffer.from(JSON.stringify(asMoto(input, token || null, proxy.faults.pageEvents, streamsOf)));
    const { status, headers, bytes } = await pass(incoming, asked, target);
    outgoing.writeHead(status, headers);
    outgoing.end(bytes);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const proxy: LogProxy = {
    endpointUrl: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`,
    calls: [],
    faults: { throttled: 0, empty: 0, pageEvents: 10_000, delayMs: 0 },
    mostUnderWay: 0,
    denied: new Set(),
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return proxy;
}

/** A request as moto understands it. */
function asMoto(
  { logGroupIdentifier, logStreamNamePrefix, nextToken: _, ...input }: FilterInput,
  nextToken: string | null,
  limit: number,
  streamsOf: (group: string) => readonly string[],
): FilterInput {
  const logGroupName = input.logGroupName ?? logGroupIdentifier?.split(':')[6] ?? '';
  return {
    ...input,
    logGroupName,
    interleaved: true,
    limit,
    ...(logStreamNamePrefix === undefined
      ? {}
      : { logStreamNames: streamsOf(logGroupName).filter((name) => name.startsWith(logStreamNamePrefix)) }),
    ...(nextToken === null ? {} : { nextToken }),
  };
}

/** The action of EC2's requests, which are forms. */
const actionOf = (body: Buffer): string => new URLSearchParams(body.toString()).get('Action') ?? '';

async function bodyOf(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly bytes: Buffer;
}

function pass({ method, url, headers }: IncomingMessage, body: Buffer, target: URL): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { 'transfer-encoding': _, ...kept } = headers;
    const own = { ...kept, 'content-length': body.length };
    const up = request(
      { host: target.hostname, port: target.port, method, path: url, headers: own },
      async (answer) => {
        const { 'content-length': __, 'transfer-encoding': ___, ...theirs } = answer.headers;
        resolve({ status: answer.statusCode ?? 502, headers: theirs, bytes: await bodyOf(answer) });
      },
    );
    up.once('error', reject);
    up.end(body);
  });
}
