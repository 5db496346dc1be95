/** One request to a cluster, over connections that are kept. */
import { setMaxListeners } from 'node:events';
import { createSecureContext, rootCertificates, type SecureContext } from 'node:tls';
import { type Dispatcher, Pool } from 'undici';
import { FlowbulkError } from '../errors.ts';
import type { ClusterAccess } from './access.ts';
import { answerTooLarge, failureOf, requestTimeout, speaksTlsError } from './failures.ts';
import { HostRing } from './hosts.ts';
import { RequestSigner } from './sigv4.ts';
import { speaksTls } from './speaks-tls.ts';

/** A request, but for the host. */
export interface ClusterCall {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'HEAD';
  /** Path and query below the host's prefix, begins with '/'. */
  readonly path: string;
  /** Bytes as they go out, compressed or not; they may lie in shared memory and must not change until the end. */
  readonly body?: Uint8Array | string;
  /** Names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Instead of the access's. */
  readonly timeoutMs?: number;
}

/** Any answer, whatever its status. */
export interface ClusterAnswer {
  readonly status: number;
  /** Names in lower case; of a header that came more than once, the values with commas. */
  readonly headers: Readonly<Record<string, string>>;
  /** As sent: a call that asks for gzip gets gzip. */
  readonly body: Buffer;
  /** Which host answered. */
  readonly host: string;
}

const CONNECT_TIMEOUT_MS = 10_000;

/** AWS's load balancers close a connection that is idle for 60 s: better to be first than to have a request reset. */
const KEEP_ALIVE_MS = 55_000;

const ANSWER_LIMIT_BYTES = 64 * 2 ** 20;

/** What a host answers, or a proxy for it, that cannot do its work now. */
const FAILING_STATUS: ReadonlySet<number> = new Set([502, 503, 504]);

/** A host with its connections. */
interface Line {
  readonly pool: Pool;
  readonly prefix: string;
  hasAnswered: boolean;
}

/** HTTP/1.1 to the hosts of a cluster in turn, one pool of connections each. Nothing is tried again here. */
export class ClusterHttp {
  readonly requestTimeoutMs: number;
  readonly #access: ClusterAccess;
  readonly #signer: RequestSigner | null;
  readonly #ring: HostRing;
  readonly #lines: ReadonlyMap<string, Line>;
  readonly #closing = new AbortController();

  /** `hosts` as in `Target`; `connections` is how many there may be to each. */
  constructor(hosts: readonly string[], access: ClusterAccess, connections: number) {
    this.requestTimeoutMs = access.requestTimeoutMs;
    this.#access = access;
    this.#signer = access.sigv4 === null ? null : new RequestSigner(access.sigv4);
    this.#ring = new HostRing(hosts);
    setMaxListeners(0, this.#closing.signal);
    const secureContext = hosts.some((host) => host.startsWith('https:')) ? trust(access) : undefined;
    const options: Pool.Options = {
      connections,
      pipelining: 1,
      allowH2: false,
      keepAliveTimeout: KEEP_ALIVE_MS,
      // The limit here is on the whole request, not on silence: a server that trickles would never be given up.
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: {
        timeout: CONNECT_TIMEOUT_MS,
        ...(secureContext === undefined ? {} : { secureContext }),
        rejectUnauthorized: !access.insecure,
        // A destroyed pool leaves alone what is still connecting: for ten seconds more the process would not end.
        signal: this.#closing.signal,
      },
    };
    this.#lines = new Map(
      hosts.map((host) => {
        const { origin, pathname } = new URL(host);
        return [host, { pool: new Pool(origin, options), prefix: pathname.replace(/\/$/, ''), hasAnswered: false }];
      }),
    );
  }

  /**
   * Sends a request and reads its answer to the end. Throws E_CLUSTER_UNREACHABLE with facts `kind` ('refused',
   * 'reset', 'timeout', 'dns', 'cut' inside the answer, 'other') and `host` where no whole answer came in time,
   * E_CLUSTER_REFUSED where TLS can never come about or no cluster is there, E_CLUSTER_DENIED where there is nothing to
   * sign with, and the signal's reason where it is aborted.
   */
  async request(call: ClusterCall, signal: AbortSignal): Promise<ClusterAnswer> {
    signal.throwIfAborted();
    const host = this.#ring.next();
    const timeoutMs = call.timeoutMs ?? this.requestTimeoutMs;
    const controller = new AbortController();
    let stop: (reason: unknown) => void = () => {};
    // Undici hears an abort only when the request has a connection; who waits for the answer is told at once.
    const stopped = new Promise<never>((_, reject) => {
      stop = (reason) => {
        reject(reason);
        controller.abort(reason);
      };
    });
    // Node would warn of a leak from the eleventh request on that is under way with one signal.
    setMaxListeners(0, signal);
    // Not AbortSignal.any: on Node 20 each one stays with the long-lived signal for good.
    const abort = () => stop(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    const timer = setTimeout(() => stop(requestTimeout(host, timeoutMs)), timeoutMs);
    try {
      const answer = await Promise.race([this.#exchange(host, call, controller.signal), stopped]);
      this.#note(host, FAILING_STATUS.has(answer.status));
      return answer;
    } catch (error) {
      if (error instanceof FlowbulkError && error.code === 'E_CLUSTER_UNREACHABLE') {
        this.#note(host, true);
      }
      throw error;
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
    }
  }

  /** Closes all connections. Requests under way break off: abort them first. */
  async close(): Promise<void> {
    const destroyed = [...this.#lines.values()].map(({ pool }) => pool.destroy());
    this.#closing.abort();
    await Promise.all(destroyed);
  }

  #note(host: string, isFailing: boolean): void {
    if (isFailing) {
      this.#ring.failed(host);
    } else {
      this.#ring.worked(host);
    }
  }

  async #exchange(host: string, call: ClusterCall, signal: AbortSignal): Promise<ClusterAnswer> {
    const line = this.#lines.get(host) as Line;
    const { path, headers } = await this.#addressed(host, line.prefix + call.path, call);
    let hasHead = false;
    try {
      const { method, body = null } = call;
      const answer = await line.pool.request({ method, path, headers, body, signal });
      hasHead = true;
      line.hasAnswered = true;
      return {
        status: answer.statusCode,
        headers: flat(answer.headers),
        body: await readWhole(answer.body, host),
        host,
      };
    } catch (cause) {
      const { hasAnswered } = line;
      const failure = failureOf(cause, { host, hasHead, hasAnswered, hasClientCert: this.#access.cert !== null });
      const isReset = failure instanceof FlowbulkError && failure.facts['kind'] === 'reset';
      if (isReset && !hasAnswered && host.startsWith('http:') && (await speaksTls(host, signal))) {
        throw speaksTlsError(host);
      }
      throw failure;
    }
  }

  async #addressed(
    host: string,
    path: string,
    { method, headers = {}, body }: ClusterCall,
  ): Promise<{ path: string; headers: Record<string, string> }> {
    if (this.#signer !== null) {
      return await this.#signer.sign({ method, url: new URL(new URL(host).origin + path), headers, body });
    }
    const { authorization } = this.#access;
    return { path, headers: { ...headers, ...(authorization === null ? {} : { authorization }) } };
  }
}

/** One context for all connections: reading Node's 140 root certificates anew for each would take longer than it does. */
function trust({ ca, cert, key }: ClusterAccess): SecureContext {
  return createSecureContext({
    // Node's option replaces its own roots; here they stay, for hosts behind a public certificate.
    ...(ca === null ? {} : { ca: [...rootCertificates, ca] }),
    ...(cert === null || key === null ? {} : { cert, key }),
  });
}

async function readWhole(body: Dispatcher.ResponseData['body'], host: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > ANSWER_LIMIT_BYTES) {
      // Leaving the loop destroys the body, and its connection.
      throw answerTooLarge(host, ANSWER_LIMIT_BYTES);
    }
    chunks.push(chunk);
  }
  return chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks, bytes);
}

function flat(headers: Dispatcher.ResponseData['headers']): Record<string, string> {
  const flattened: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    flattened[name] = Array.isArray(value) ? value.join(', ') : (value ?? '');
  }
  return flattened;
}
