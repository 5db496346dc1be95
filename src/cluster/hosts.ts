/** Which host of a cluster the next request goes to. */

/** How long a host that fails is left out: at first, and at most. */
const FIRST_REST_MS = 1_000;
const LONGEST_REST_MS = 60_000;

interface Host {
  readonly name: string;
  /** 0 while it works. */
  restMs: number;
  /** When it may be tried again, on the clock of the ring. */
  dueMs: number;
}

/**
 * Round robin. A host that fails rests; when its rest is over it gets one request to show itself, and its rest is
 * doubled at once, so that the others stay away from it until that request is answered. `nowMs` is any clock that only
 * goes forward.
 */
export class HostRing {
  readonly #hosts: readonly Host[];
  readonly #nowMs: () => number;
  #next = 0;

  constructor(hosts: readonly string[], nowMs: () => number = () => performance.now()) {
    this.#hosts = hosts.map((name) => ({ name, restMs: 0, dueMs: 0 }));
    this.#nowMs = nowMs;
  }

  /** The host for the next request; where all rest, the one that is due soonest. */
  next(): string {
    const now = this.#nowMs();
    let soonest = this.#next;
    for (let i = 0; i < this.#hosts.length; i++) {
      const at = (this.#next + i) % this.#hosts.length;
      const host = this.#hosts[at] as Host;
      if (host.restMs === 0 || host.dueMs <= now) {
        this.#next = (at + 1) % this.#hosts.length;
        if (host.restMs > 0) {
          host.restMs = Math.min(host.restMs * 2, LONGEST_REST_MS);
          host.dueMs = now + host.restMs;
        }
        return host.name;
      }
      if (host.dueMs < (this.#hosts[soonest] as Host).dueMs) {
        soonest = at;
      }
    }
    this.#next = (soonest + 1) % this.#hosts.length;
    return (this.#hosts[soonest] as Host).name;
  }

  /** Leaves a host out. Many requests that fail together count as one. */
  failed(name: string): void {
    const host = this.#find(name);
    host.restMs ||= FIRST_REST_MS;
    host.dueMs = Math.max(host.dueMs, this.#nowMs() + host.restMs);
  }

  /** Takes a host back. */
  worked(name: string): void {
    const host = this.#find(name);
    host.restMs = 0;
    host.dueMs = 0;
  }

  #find(name: string): Host {
    return this.#hosts.find((host) => host.name === name) as Host;
  }
}
