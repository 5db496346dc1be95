/**
 * A server that takes `_bulk` requests, and those of an intake of Sekoia at `/batch`, and answers that all went well, as
 * cheaply as can be: bodies are not looked at.
 *
 *   node null-server.js     prints its port, and ends when its standard input does
 *
 * How many documents or events a body has is told by the header `x-flowbulk-items`; without it, as other clients send, its lines
 * are counted; a compressed body without it is refused. To everything else it answers as an Elasticsearch 9 with one data
 * stream of every name.
 */

import { createServer, Socket, type TcpSocketConnectOpts } from 'node:net';

/** Where answers about documents begin, and how they go on. */
const ANSWER_HEAD = '{"errors":false,"took":1,"items":[';
const ITEM = '{"create":{"status":201}},';
const ANSWER_TAIL = Buffer.from(']}');
const IDS_HEAD = '{"event_ids":[';
const ID = '"2bd7a5f4-0f0e-4c5e-9d6a-0a1b2c3d4e5f",';

/** What a read takes at most: larger ones no longer fit the core's cache, and are slower. */
const READ_BYTES = 256 * 1024;

const MAX_HEAD_BYTES = 64 * 1024;

const LINE_FEED = 0x0a;

/** The beginning of an answer with very many items; each answer is a part of it. */
class Answers {
  readonly #head: string;
  readonly #item: string;
  #bytes = Buffer.alloc(0);
  #items = 0;

  constructor(head: string, item: string) {
    this.#head = head;
    this.#item = item;
  }

  /** Head and body of the answer to so many documents. */
  of(items: number): readonly Buffer[] {
    if (items > this.#items || this.#bytes.length === 0) {
      this.#items = Math.max(2 * items, 10_000);
      this.#bytes = Buffer.from(this.#head + this.#item.repeat(this.#items));
    }
    // Without the last comma.
    const bytes = this.#head.length + Math.max(0, items * this.#item.length - 1);
    return [head(200, bytes + ANSWER_TAIL.length), this.#bytes.subarray(0, bytes), ANSWER_TAIL];
  }
}

/** Every answer names the product: Elastic's own client goes away where it is not named. */
function head(status: number, bodyBytes: number): Buffer {
  return Buffer.from(
    `HTTP/1.1 ${status} ${status === 200 ? 'OK' : 'Refused'}\r\nX-elastic-product: Elasticsearch\r\n` +
      `content-type: application/json\r\ncontent-length: ${bodyBytes}\r\n\r\n`,
  );
}

function whole(status: number, value: unknown): readonly Buffer[] {
  const body = Buffer.from(JSON.stringify(value));
  return [head(status, body.length), body];
}

function refusal(status: number, reason: string): readonly Buffer[] {
  return whole(status, { error: { type: 'exception', reason }, status });
}

const answers = new Answers(ANSWER_HEAD, ITEM);
const ids = new Answers(IDS_HEAD, ID);

/** A request whose body is being read. */
interface Request {
  readonly method: string;
  readonly path: string;
  /** -1: to be counted. */
  items: number;
  isCompressed: boolean;
  bytesLeft: number;
  lineFeeds: number;
}

/** The requests of one connection, one after the other. */
class Connection {
  readonly #send: (parts: readonly Buffer[]) => void;
  /** A head that has come in part. */
  #part = Buffer.alloc(0);
  #request: Request | null = null;

  constructor(send: (parts: readonly Buffer[]) => void) {
    this.#send = send;
  }

  /** Takes bytes, which are another's when it returns. False where the connection is to be given up. */
  take(bytes: Buffer): boolean {
    for (let at = 0; at < bytes.length; ) {
      if (this.#request === null) {
        const taken = this.#takeHead(bytes.subarray(at));
        if (taken === -1) return false;
        at += taken;
      } else {
        const end = Math.min(bytes.length, at + this.#request.bytesLeft);
        this.#takeBody(this.#request, bytes, at, end);
        at = end;
      }
      if (this.#request?.bytesLeft === 0) {
        this.#send(answerTo(this.#request));
        this.#request = null;
      }
    }
    return true;
  }

  /** Gives how many of the bytes belong to the head; -1 where it is none that is understood. */
  #takeHead(bytes: Buffer): number {
    const before = this.#part.length;
    const all = before === 0 ? bytes : Buffer.concat([this.#part, bytes]);
    const end = all.indexOf('\r\n\r\n');
    if (end === -1) {
      this.#part = Buffer.from(all);
      return all.length > MAX_HEAD_BYTES ? -1 : bytes.length;
    }
    this.#part = Buffer.alloc(0);
    this.#request = parseHead(all.toString('latin1', 0, end));
    if (this.#request === null) {
      this.#send(refusal(411, 'no content-length'));
      return -1;
    }
    return end + 4 - before;
  }

  #takeBody(request: Request, bytes: Buffer, start: number, end: number): void {
    request.bytesLeft -= end - start;
    if (request.items !== -1) return;
    for (let at = bytes.indexOf(LINE_FEED, start); at !== -1 && at < end; at = bytes.indexOf(LINE_FEED, at + 1)) {
      request.lineFeeds++;
    }
  }
}

/** A request without its body, or null where its length is not told. */
function parseHead(text: string): Request | null {
  const [first = '', ...lines] = text.split('\r\n');
  const [method = '', target = ''] = first.split(' ');
  const request = {
    method,
    path: target.split('?')[0] as string,
    items: -1,
    isCompressed: false,
    bytesLeft: 0,
    lineFeeds: 0,
  };
  for (const line of lines) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).toLowerCase();
    if (name === 'content-length') request.bytesLeft = Number(line.slice(colon + 1));
    else if (name === 'x-flowbulk-items') request.items = Number(line.slice(colon + 1));
    else if (name === 'content-encoding') request.isCompressed = true;
    else if (name === 'transfer-encoding') return null;
  }
  return Number.isSafeInteger(request.bytesLeft) && Number.isSafeInteger(request.items) ? request : null;
}

function answerTo({ method, path, items, isCompressed, lineFeeds }: Request): readonly Buffer[] {
  if (path.endsWith('/_bulk')) {
    if (items !== -1) return answers.of(items);
    return isCompressed ? refusal(400, 'compressed, without x-flowbulk-items') : answers.of(lineFeeds >> 1);
  }
  if (path.endsWith('/batch')) return items === -1 ? refusal(400, 'without x-flowbulk-items') : ids.of(items);
  if (method === 'HEAD') return [head(200, 0)];
  if (path === '/') {
    const version = { number: '9.4.3', build_flavor: 'default' };
    return whole(200, { name: 'null', cluster_name: 'null', version, tagline: 'You Know, for Search' });
  }
  if (path.startsWith('/_resolve/index/')) {
    const name = decodeURIComponent(path.slice('/_resolve/index/'.length));
    const stream = { name, backing_indices: [`.ds-${name}-000001`], timestamp_field: '@timestamp' };
    return whole(200, { indices: [], aliases: [], data_streams: [stream] });
  }
  return whole(200, {});
}

/** The options of a socket that only its constructor takes. */
type HandleOptions = Pick<TcpSocketConnectOpts, 'onread'> & { readonly handle: unknown };

const server = createServer({ pauseOnConnect: true, noDelay: true }, (accepted) => {
  // Reads into one buffer that stays, at half the cost of new ones: which a server's own sockets cannot do, so the
  // connection is moved to one that can.
  const raw = accepted as unknown as { _handle: unknown };
  const handle = raw._handle;
  raw._handle = null;
  const buffer = Buffer.allocUnsafeSlow(READ_BYTES);
  const connection = new Connection((parts) => {
    socket.cork();
    for (const part of parts) socket.write(part);
    socket.uncork();
  });
  const callback = (bytes: number) => {
    if (!connection.take(buffer.subarray(0, bytes))) socket.destroySoon();
    return true;
  };
  const options: HandleOptions = { handle, onread: { buffer, callback } };
  const socket: Socket = new Socket(options as ConstructorParameters<typeof Socket>[0]);
  // A client that breaks off.
  socket.on('error', () => socket.destroy());
  socket.resume();
});

server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.stdout.write(`${typeof address === 'object' ? address?.port : 0}\n`);
});
process.stdin.on('close', () => process.exit());
process.stdin.resume();
