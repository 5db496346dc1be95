/** The voice on standard error: events as text, or as JSON lines with `--log-format json`. */

import { FlowbulkError } from '../errors.ts';
import type { Paint } from './color.ts';
import type { OutputStream } from './command.ts';

/** Facts that go with an event; shown in the JSON form only. */
export type EventFacts = Readonly<Record<string, unknown>>;

/** Says things to people, or to programs. */
export interface Talk {
  readonly json: boolean;
  readonly quiet: boolean;
  readonly paint: Paint;
  /** What goes on; silent with `--quiet`. */
  info(message: string, facts?: EventFacts): void;
  /** What somebody should see to, though the program goes on; silent with `--quiet`. */
  warn(message: string, facts?: EventFacts): void;
  /** Why the program ends. Never silent. */
  error(error: unknown): void;
  /** A finished block of text, or the event that stands for it; silent with `--quiet`. */
  event(type: string, text: string, facts: EventFacts): void;
  /** Calls this before each write: a progress bar takes its line away, so that nothing is written behind it. */
  beforeWrite(clear: (() => void) | null): void;
}

/** How to speak. */
export interface TalkOptions {
  readonly json: boolean;
  readonly quiet: boolean;
  readonly debug: boolean;
  readonly paint: Paint;
}

function causeOf(error: Error): string {
  return error.cause instanceof Error ? error.cause.message : error.cause === undefined ? '' : String(error.cause);
}

function asText(error: unknown, { debug, paint }: TalkOptions): string {
  const name = paint.red('flowbulk:');
  if (error instanceof FlowbulkError) {
    const cause = causeOf(error);
    return `${name} ${error.message}${debug ? ` [${error.code}]${cause === '' ? '' : `\n  cause: ${cause}`}` : ''}\n`;
  }
  const bug = error instanceof Error ? error : new Error(String(error));
  if (debug) return `${name} unexpected failure\n${bug.stack ?? bug.message}\n`;
  return `${name} unexpected failure: ${bug.message} (this is a bug; --debug shows where)\n`;
}

/** Facts come after the head and never overwrite it. */
function eventLine(head: EventFacts, facts: EventFacts): string {
  return `${JSON.stringify({ ...head, ...facts, ...head })}\n`;
}

function errorLine(error: unknown, { debug }: TalkOptions): string {
  if (error instanceof FlowbulkError) {
    return eventLine({ type: 'error', code: error.code, message: error.message }, error.facts);
  }
  const bug = error instanceof Error ? error : new Error(String(error));
  return eventLine({ type: 'error', code: 'BUG', message: bug.message }, debug ? { stack: bug.stack } : {});
}

/** A voice that writes to a stream. */
export function talkOn(stream: OutputStream, options: TalkOptions): Talk {
  const { json, quiet, paint } = options;
  let clear: (() => void) | null = null;
  const write = (text: string) => {
    clear?.();
    stream.write(text);
  };
  const line = (head: EventFacts, facts: EventFacts) => write(eventLine(head, facts));
  return {
    json,
    quiet,
    paint,
    info(message, facts = {}) {
      if (quiet) return;
      json ? line({ type: 'info', message }, facts) : write(`flowbulk: ${message}\n`);
    },
    warn(message, facts = {}) {
      if (quiet) return;
      json ? line({ type: 'warning', message }, facts) : write(`${paint.yellow('flowbulk:')} ${message}\n`);
    },
    error(error) {
      write(json ? errorLine(error, options) : asText(error, options));
    },
    event(type, text, facts) {
      if (quiet) return;
      json ? line({ type }, facts) : write(text);
    },
    beforeWrite(callback) {
      clear = callback;
    },
  };
}
