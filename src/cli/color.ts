/** Colours of the terminal: only where it is one, and only where nobody asked to have none. */

import type { OutputStream } from './command.ts';

/** Wraps text in the codes of a style, or gives it back as it is. */
export interface Paint {
  bold(text: string): string;
  dim(text: string): string;
  red(text: string): string;
  green(text: string): string;
  yellow(text: string): string;
}

const PLAIN: Paint = { bold: String, dim: String, red: String, green: String, yellow: String };

const style = (on: number, off: number) => (text: string) => `\x1b[${on}m${text}\x1b[${off}m`;

const COLOURED: Paint = {
  bold: style(1, 22),
  dim: style(2, 22),
  red: style(31, 39),
  green: style(32, 39),
  yellow: style(33, 39),
};

/** The colours for a stream: none where it is no terminal, with NO_COLOR, TERM=dumb or `--no-color`. */
export function paintFor(
  stream: OutputStream,
  env: Readonly<Record<string, string | undefined>>,
  noColor: boolean,
): Paint {
  const asked = noColor || (env['NO_COLOR'] ?? '') !== '' || env['TERM'] === 'dumb';
  return stream.isTTY === true && !asked ? COLOURED : PLAIN;
}
