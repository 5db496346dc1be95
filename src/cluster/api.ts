/** Small JSON requests to a cluster, tried again for as long as there is patience. */
import { FlowbulkError } from '../errors.ts';
import { Backoff } from '../sources/backoff.ts';
import type { ClusterAnswer, ClusterCall, ClusterHttp } from './http.ts';

/** Any answer, whatever its status. */
export interface ApiAnswer {
  readonly status: number;
  /** The parsed body; null where it is no JSON. */
  readonly json: unknown;
  /** At most 2 KB of the body, for messages; what looks like credentials is taken out. */
  readonly text: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
}

const PATIENCE_MS = 30_000;

/** A request of this kind that takes longer will not come back. */
const LONGEST_TIMEOUT_MS = 30_000;

/** Patience before the first answer ever: a wrong host name should not take half a minute to be told. */
const FIRST_CONTACT_TRIES = 3;

const TEXT_LIMIT = 2_048;
const REASON_LIMIT = 300;

/** What passes by itself: throttling, and a host or proxy that cannot do its work now. */
const PASSING: ReadonlySet<number> = new Set([429, 502, 503, 504]);

/** JSON in, JSON out. */
export class ClusterApi {
  readonly #http: ClusterHttp;
  readonly #patienceMs: number;
  #hasAnswered: boolean;

  /** `hasAnswered`: somebody has heard of the cluster already, so its name and port are right. */
  constructor(http: ClusterHttp, patienceMs: number = PATIENCE_MS, hasAnswered = false) {
    this.#http = http;
    this.#patienceMs = patienceMs;
    this.#hasAnswered = hasAnswered;
  }

  /**
   * Sends `body` as JSON (none where it is undefined). An answer of 429, 502, 503 or 504 and no answer at all are tried
   * again, so the request must be one that may arrive twice; when patience is used up the last answer is given back, or
   * E_CLUSTER_UNREACHABLE thrown. Throws as `ClusterHttp.request` does else.
   */
  async call(method: ClusterCall['method'], path: string, body: unknown, signal: AbortSignal): Promise<ApiAnswer> {
    const call: ClusterCall = {
      method,
      path,
      headers: { accept: 'application/json', ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      timeoutMs: Math.min(this.#http.requestTimeoutMs, LONGEST_TIMEOUT_MS),
    };
    const backoff = new Backoff(this.#patienceMs);
    for (;;) {
      let answer: ClusterAnswer | undefined;
      let failure: unknown;
      try {
        answer = await this.#http.request(call, signal);
        this.#hasAnswered = true;
      } catch (error) {
        if (!(error instanceof FlowbulkError) || error.code !== 'E_CLUSTER_UNREACHABLE') {
          throw error;
        }
        failure = error;
      }
      if (answer !== undefined && !PASSING.has(answer.status)) {
        return apiAnswer(answer);
      }
      const patient = this.#hasAnswered || backoff.tries + 1 < FIRST_CONTACT_TRIES;
      if (!patient || !(await backoff.wait(signal))) {
        if (answer === undefined) {
          throw failure;
        }
        return apiAnswer(answer);
      }
    }
  }

  /** Closes the connections of the `ClusterHttp` too. */
  async close(): Promise<void> {
    await this.#http.close();
  }
}

function apiAnswer({ status, headers, body }: ClusterAnswer): ApiAnswer {
  const text = withoutSecrets(body.toString('utf8', 0, TEXT_LIMIT));
  try {
    return { status, headers, text, json: JSON.parse(body.toString('utf8')) };
  } catch {
    return { status, headers, text, json: null };
  }
}

/** AWS answers a wrong signature with the request as it saw it, session token included; other servers echo headers. */
function withoutSecrets(text: string): string {
  return text
    .replace(/(x-amz-security-token["']?\s*[:=]\s*["']?)[^\s"'\\&]+/gi, '$1…')
    .replace(/\b(ApiKey|Basic|Bearer)(\s+)(?!authentication\b|authorization\b)[A-Za-z0-9+/_=-]{12,}/g, '$1$2…');
}

/**
 * The error for an answer that refuses `doing`, a phrase such as "reading the index template": E_CLUSTER_BLOCKED for a
 * write block, E_CLUSTER_DENIED for 401 and 403, E_CLUSTER_UNREACHABLE where it is worth trying again later,
 * E_CLUSTER_REFUSED for all others.
 */
export function refusalOf(answer: ApiAnswer, doing: string): FlowbulkError {
  const { status } = answer;
  const { type, reason } = reasonOf(answer);
  const told = [status, type, reason].filter((part) => part !== '').join(', ');
  const facts = { status, error: type, reason };
  // 403, or 429 where a disk is full: neither rights nor patience are what is missing.
  if (type === 'cluster_block_exception') {
    const message = `a block keeps the cluster from ${doing} (${told}): free disk space, or lift cluster.blocks.* or index.blocks.*`;
    return new FlowbulkError('E_CLUSTER_BLOCKED', message, { facts });
  }
  if (status === 401) {
    const next = 'look at the API key (--api-key-file), at --user and its password, or at --aws-sigv4';
    return new FlowbulkError(
      'E_CLUSTER_DENIED',
      `the cluster does not accept these credentials for ${doing} (${told}): ${next}`,
      {
        facts,
      },
    );
  }
  if (status === 403) {
    const next = 'give the API key, user or role the right to do so, or use others';
    return new FlowbulkError('E_CLUSTER_DENIED', `the cluster does not allow ${doing} (${told}): ${next}`, { facts });
  }
  if (PASSING.has(status)) {
    const message = `the cluster cannot do its work now (${told}), while ${doing}: try again later`;
    return new FlowbulkError('E_CLUSTER_UNREACHABLE', message, { facts });
  }
  return new FlowbulkError('E_CLUSTER_REFUSED', `the cluster refused ${doing} (${told})${advice(answer)}`, { facts });
}

function advice({ status, text, headers }: ApiAnswer): string {
  if (status >= 300 && status < 400) {
    const to = headers['location'];
    return `: it sends requests elsewhere${to === undefined ? '' : ` (${to.slice(0, REASON_LIMIT)})`}, give that host`;
  }
  // Nginx: "The plain HTTP request was sent to HTTPS port"; Go: "Client sent an HTTP request to an HTTPS server."
  if (status === 400 && /HTTP request[\w ]+ HTTPS (port|server)/i.test(text)) {
    return ': it speaks TLS, give https:// instead of http://';
  }
  return status === 404 ? ': look at the name, and at the path before it' : '';
}

/** Elasticsearch and OpenSearch: `{error: {type, reason}}` or `{error: "text"}`; Amazon: `{message}` or `{Message}`. */
function reasonOf({ json, text }: ApiAnswer): { type: string; reason: string } {
  const { error, message, Message } = (json ?? {}) as Record<string, unknown>;
  const { type, reason } = (typeof error === 'object' && error !== null ? error : {}) as Record<string, unknown>;
  const said = [reason, error, message, Message].find((one) => typeof one === 'string');
  // A proxy's page: its words without the tags.
  const plain = json === null ? text.replace(/<(style|script)[\s\S]*?<\/\1>|<[^>]*>/gi, ' ') : '';
  return { type: typeof type === 'string' ? type : '', reason: trimmed((said as string | undefined) ?? plain) };
}

function trimmed(reason: string): string {
  const line = withoutSecrets(reason).replace(/\s+/g, ' ').trim();
  return line.length > REASON_LIMIT ? `${line.slice(0, REASON_LIMIT)}…` : line;
}
