/** What a run needs of the machine that a scheduler gives it. */

/** Memory and time for an orderly end. */
export interface Needs {
  /** What it takes as a rule, and what it may take, in MiB. */
  readonly memoryMiB: number;
  readonly memoryLimitMiB: number;
  /** From SIGTERM to SIGKILL. */
  readonly stopSeconds: number;
}

/** Node, the program, City and ASN tables (docs/tuning.md, "Memory"). */
const BASE_MIB = 400;
const WORKER_MIB = 8;
const DEFAULT_WORKERS = 2;
const DEFAULT_INFLIGHT_BYTES = 128 * 2 ** 20;

const DEFAULT_DRAIN_MS = 30_000;
/** After the drain bulk settings are put back, which may take 30 s, and the ledger is closed. */
const AFTER_DRAIN_MS = 30_000;

const upTo = (step: number, value: number) => Math.ceil(value / step) * step;

/** The needs of a command by its options, in their units; what is undefined is at its default. */
export function needsOf(asked: {
  readonly inflightBytes?: number | undefined;
  readonly workers?: number | undefined;
  readonly drainTimeoutMs?: number | undefined;
}): Needs {
  const {
    inflightBytes = DEFAULT_INFLIGHT_BYTES,
    workers = DEFAULT_WORKERS,
    drainTimeoutMs = DEFAULT_DRAIN_MS,
  } = asked;
  // Each worker has one body more than may be in flight: the one that it fills. 8 MiB at most.
  const memoryMiB = upTo(64, BASE_MIB + inflightBytes / 2 ** 20 + 2 * WORKER_MIB * workers);
  return {
    memoryMiB,
    memoryLimitMiB: upTo(256, memoryMiB * 1.5),
    stopSeconds: Math.ceil((drainTimeoutMs + AFTER_DRAIN_MS) / 1000),
  };
}
