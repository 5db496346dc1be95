/**
 * The one class of errors that flowbulk throws on purpose, its stable codes, and the exit codes of the program.
 *
 * A message says what went wrong, with the value, and what to do next. Secrets never go into one.
 */

/** Exit codes of the program. New ones may come: a caller must treat an unknown code as failure. */
export const EXIT = {
  ok: 0,
  bug: 1,
  usage: 2,
  incomplete: 3,
  sourceRefused: 4,
  sinkRefused: 5,
  nothingToDo: 6,
  limit: 7,
  locked: 8,
  tryAgain: 75,
  interrupted: 130,
  terminated: 143,
} as const;

/** Every code an error of ours can carry, with the exit code it leads to when it ends the program. */
const CODES = {
  E_USAGE: EXIT.usage,
  E_GEO_FILE: EXIT.usage,
  E_FORMAT: EXIT.usage,
  E_SOURCE_DENIED: EXIT.sourceRefused,
  E_SOURCE_MISSING: EXIT.sourceRefused,
  E_SOURCE_UNREACHABLE: EXIT.tryAgain,
  E_OBJECT_DENIED: EXIT.incomplete,
  E_OBJECT_GONE: EXIT.incomplete,
  E_OBJECT_CHANGED: EXIT.incomplete,
  E_OBJECT_ARCHIVED: EXIT.incomplete,
  E_OBJECT_PARQUET: EXIT.incomplete,
  E_OBJECT_DAMAGED: EXIT.incomplete,
  E_OBJECT_UNREADABLE: EXIT.incomplete,
  E_SINK_UNWRITABLE: EXIT.sinkRefused,
  E_SINK_FULL: EXIT.tryAgain,
  E_SINK_UNREACHABLE: EXIT.tryAgain,
  E_SINK_DENIED: EXIT.sinkRefused,
  E_SINK_REFUSED: EXIT.sinkRefused,
  E_PIPE_CLOSED: EXIT.ok,
  E_CLUSTER_DENIED: EXIT.sinkRefused,
  E_CLUSTER_REFUSED: EXIT.sinkRefused,
  E_CLUSTER_BLOCKED: EXIT.sinkRefused,
  E_CLUSTER_REJECTS: EXIT.sinkRefused,
  E_CLUSTER_UNREACHABLE: EXIT.tryAgain,
  E_LEDGER_UNAVAILABLE: EXIT.usage,
  E_LEDGER_NEWER: EXIT.usage,
  E_TOO_MANY_CONNECTIONS: EXIT.limit,
  E_LOCKED: EXIT.locked,
  E_STOPPED: EXIT.interrupted,
  E_TERMINATED: EXIT.terminated,
} as const;

/** A stable error code. */
export type ErrorCode = keyof typeof CODES;

/** Codes of what a signal ended: Ctrl-C, and SIGTERM. */
export const SIGNAL_CODES: ReadonlySet<ErrorCode> = new Set(['E_STOPPED', 'E_TERMINATED']);

/** Facts that go with an error, for logs and dead letters; numbers and short strings, never secrets. */
export type ErrorFacts = Readonly<Record<string, string | number | boolean>>;

/** An error that flowbulk foresaw: `code` is stable, `message` is for people, `facts` for programs. */
export class FlowbulkError extends Error {
  readonly code: ErrorCode;
  readonly facts: ErrorFacts;

  constructor(code: ErrorCode, message: string, options: { cause?: unknown; facts?: ErrorFacts } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'FlowbulkError';
    this.code = code;
    this.facts = options.facts ?? {};
  }

  /** The exit code of the program when this error ends it. */
  get exitCode(): number {
    return CODES[this.code];
  }

  /** The error as plain data that crosses threads; `fromWire` makes it an error again. */
  toWire(): WireError {
    return { code: this.code, message: this.message, facts: this.facts };
  }

  static fromWire(wire: WireError): FlowbulkError {
    return new FlowbulkError(wire.code, wire.message, { facts: wire.facts });
  }
}

/** A `FlowbulkError` as plain data. */
export interface WireError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly facts: ErrorFacts;
}
