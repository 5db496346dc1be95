/** Shows how far a run is: a bar on a terminal, else a line or an event every ten seconds, or nothing. */

import { type BarStream, TerminalBar } from './bar.ts';
import { progressEvent, progressLine } from './line.ts';
import { Meter } from './meter.ts';
import type { ProgressSnapshot } from './snapshot.ts';

const BAR_UPDATE_MS = 200;
const LINE_EVERY_MS = 10_000;

/** How to show it. */
export interface ProgressOptions {
  readonly stream: BarStream & { readonly isTTY?: boolean };
  readonly quiet: boolean;
  /** Events instead of text. */
  readonly json: boolean;
  /** Where TERM=dumb says that the terminal cannot go back in its line. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** A display that runs. */
export interface Progress {
  /** Takes the bar's line away so that another can be written; does nothing where there is no bar. */
  clear(): void;
  /** Ends the display; may be called twice. */
  stop(): void;
}

/** Starts to show what `snapshot` gives, which is asked five times a second at most. */
export function startProgress(snapshot: () => ProgressSnapshot, options: ProgressOptions): Progress {
  const { stream, quiet, json, env } = options;
  if (quiet) return { clear() {}, stop() {} };
  const meter = new Meter(performance.now());
  const read = () => meter.read(snapshot(), performance.now());
  if (stream.isTTY === true && !json && env['TERM'] !== 'dumb') {
    const bar = new TerminalBar(stream, read());
    const timer = setInterval(() => bar.update(read()), BAR_UPDATE_MS);
    return {
      clear: () => bar.clear(),
      stop() {
        clearInterval(timer);
        bar.stop();
      },
    };
  }
  const say = () => {
    const reading = read();
    stream.write(json ? `${JSON.stringify(progressEvent(reading))}\n` : `flowbulk: ${progressLine(reading)}\n`);
  };
  const timer = setInterval(say, LINE_EVERY_MS);
  // The display alone does not keep the program alive.
  timer.unref();
  return { clear() {}, stop: () => clearInterval(timer) };
}
