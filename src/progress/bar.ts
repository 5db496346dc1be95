/**
 * The one bar on a terminal, drawn by cli-progress.
 *
 * cli-progress's own terminal saves the cursor's place at the start and goes back there at the end, which is on another
 * line as soon as anything else was written; and it hides the cursor and turns line wrapping off, which a killed
 * process leaves behind. Ours does neither: it writes one line and cuts it to the width, so nothing is ever to restore.
 */

import cliProgress, { type Options, type Params } from 'cli-progress';
import { percentOf, shortParts } from './line.ts';
import type { Reading } from './meter.ts';

const DRAWS_PER_SECOND = 5;
const BAR_CELLS = 24;
const LEAST_BAR_CELLS = 8;
const DEFAULT_COLUMNS = 80;

/** What is drawn on. */
export interface BarStream {
  write(text: string): boolean;
  readonly columns?: number;
}

function widthOf(stream: BarStream): number {
  // The last column stays free: some terminals wrap as soon as it is written.
  return (stream.columns ?? DEFAULT_COLUMNS) - 1;
}

function oneLineTerminal(stream: BarStream) {
  const nothing = () => {};
  return {
    isTTY: () => true,
    getWidth: () => widthOf(stream),
    write: (text: string) => stream.write(text),
    cursorTo: () => stream.write('\r'),
    clearRight: () => stream.write('\x1b[K'),
    clearLine: () => stream.write('\r\x1b[K'),
    newline: () => stream.write('\n'),
    cursor: nothing,
    cursorSave: nothing,
    cursorRestore: nothing,
    cursorRelativeReset: nothing,
    lineWrapping: nothing,
  };
}

/**
 * The bar and what stands beside it, in one line no wider than `width`. The bar gives way first, then the parts that
 * matter least.
 */
export function barLine(reading: Reading, drawBar: (cells: number) => string, width: number): string {
  const percent = percentOf(reading);
  const head = percent === null ? '' : ` ${String(percent).padStart(3)} %`;
  const parts = [...shortParts(reading)];
  const text = () => [head, ...parts].filter((part) => part !== '').join(' · ');
  const leastCells = percent === null ? 0 : LEAST_BAR_CELLS;
  while (parts.length > 1 && leastCells + text().length > width) parts.pop();
  const cells = percent === null ? 0 : Math.min(BAR_CELLS, Math.max(LEAST_BAR_CELLS, width - text().length));
  return `${drawBar(cells)}${text()}`.slice(0, width);
}

/** A bar on a terminal. */
export class TerminalBar {
  readonly #stream: BarStream;
  readonly #bar: cliProgress.SingleBar;

  constructor(stream: BarStream, first: Reading) {
    this.#stream = stream;
    const options = {
      terminal: oneLineTerminal(stream),
      format: (own: Options, { progress, maxWidth }: Params, { reading }: { reading: Reading }) => {
        const drawBar = (barsize: number) => cliProgress.Format.BarFormat(progress, { ...own, barsize });
        return barLine(reading, drawBar, maxWidth ?? DEFAULT_COLUMNS);
      },
      fps: DRAWS_PER_SECOND,
      barsize: BAR_CELLS,
      barCompleteChar: '█',
      barIncompleteChar: '░',
      clearOnComplete: true,
      emptyOnZero: true,
      // Other lines may have gone over it.
      forceRedraw: true,
      // Signals are the program's: the bar must stay while it drains.
      gracefulExit: false,
    };
    this.#bar = new cliProgress.SingleBar(options as Options);
    this.#bar.start(first.at.bytesListed, first.at.bytesDone, { reading: first });
  }

  /** Shows another reading at the next draw. */
  update(reading: Reading): void {
    this.#bar.setTotal(reading.at.bytesListed);
    this.#bar.update(reading.at.bytesDone, { reading });
  }

  /** Takes the line away until the next draw, so that something else can be written. */
  clear(): void {
    this.#stream.write('\r\x1b[K');
  }

  /** Takes the bar away for good. */
  stop(): void {
    this.#bar.stop();
  }
}
