/** Requests to AWS: each with a time limit, and tried again for as long as there is patience. */
import { Backoff } from './backoff.ts';
import { isExpired, isTransient, isUnreachable, statusOf, timeoutError } from './s3-errors.ts';

/** How patient requests are. */
export interface Patience {
  /** How long a failing request is tried again: 60,000 unless given. */
  readonly retryForMs?: number;
  /** How long a connection may be silent: 30,000 unless given. */
  readonly idleTimeoutMs?: number;
}

const RETRY_FOR_MS = 60_000;
const IDLE_TIMEOUT_MS = 30_000;

/** Patience before the first answer ever: a wrong host name should not take a minute to be told. */
const FIRST_CONTACT_TRIES = 3;

/** Sends requests of one client of the SDK. Failures are those of the SDK; s3-errors.ts says what they mean. */
export class PatientRequests {
  readonly patience: Required<Patience>;
  readonly #client: () => object;
  #answered = false;

  /** `client` gives the client whose credentials are to be fetched anew when they have expired. */
  constructor({ retryForMs = RETRY_FOR_MS, idleTimeoutMs = IDLE_TIMEOUT_MS }: Patience, client: () => object) {
    this.patience = { retryForMs, idleTimeoutMs };
    this.#client = client;
  }

  /**
   * `request` makes a new command each time: sending one empties its input. Each try waits for `turn` first, which its time
   * limit does not count.
   */
  async send<T>(
    signal: AbortSignal,
    request: (signal: AbortSignal) => Promise<T>,
    turn: (signal: AbortSignal) => Promise<void> = async () => {},
  ): Promise<T> {
    const backoff = new Backoff(this.patience.retryForMs);
    for (;;) {
      await turn(signal);
      try {
        const answer = await withTimeout(request, this.patience.idleTimeoutMs, signal);
        this.#answered = true;
        return answer;
      } catch (error) {
        signal.throwIfAborted();
        this.#answered ||= statusOf(error) !== null;
        const patient = this.#answered || !isUnreachable(error) || backoff.tries + 1 < FIRST_CONTACT_TRIES;
        if (!isTransient(error) || !patient || !(await backoff.wait(signal))) {
          throw error;
        }
        if (isExpired(error)) {
          await this.#refreshCredentials();
        }
      }
    }
  }

  async #refreshCredentials(): Promise<void> {
    const { config } = this.#client() as { readonly config: { readonly credentials: unknown } };
    const provider = config.credentials as (options: { forceRefresh: boolean }) => Promise<unknown>;
    await provider({ forceRefresh: true }).catch(() => {});
  }
}

/** Runs a request with a limit on the time until its answer (of a GET: until its headers). */
async function withTimeout<T>(
  request: (signal: AbortSignal) => Promise<T>,
  limitMs: number,
  signal: AbortSignal,
): Promise<T> {
  signal.throwIfAborted();
  // Not AbortSignal.any: on Node 20 each one stays with the long-lived signal for good.
  const controller = new AbortController();
  const abort = () => controller.abort(signal.reason);
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    controller.abort();
  }, limitMs);
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await request(controller.signal);
  } catch (error) {
    throw late ? timeoutError(`no answer in ${limitMs} ms`) : error;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
  }
}
