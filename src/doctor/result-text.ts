/** Results of checks as text and as JSON. */

import type { Paint } from '../cli/color.ts';
import type { Result } from './check.ts';

const NAME_WIDTH = 21;
const STATUS_WIDTH = 8;

/** A result as a line: status, name, what was found, and what to do. */
export function resultAsText({ check, status, found, fix }: Result, paint: Paint): string {
  const styles = { ok: paint.green, warn: paint.yellow, fail: paint.red, skipped: paint.dim };
  const word = styles[status](status) + ' '.repeat(STATUS_WIDTH - status.length);
  return `  ${word}${check.padEnd(NAME_WIDTH)} ${oneLine(found)}${fix === null ? '' : `; ${paint.bold('fix:')} ${oneLine(fix)}`}\n`;
}

/** How many there are of each, as text. */
export function countsAsText(results: readonly Result[]): string {
  const count = (status: Result['status']) => results.filter((one) => one.status === status).length;
  const parts = [`${count('ok')} ok`, `${count('warn')} to look at`, `${count('fail')} failed`];
  return [...parts, ...(count('skipped') === 0 ? [] : [`${count('skipped')} skipped`])].join(', ');
}

/** Results as JSON: an array of `{check, status, found, fix}`. */
export function resultsAsJson(results: readonly Result[]): string {
  return JSON.stringify(results.map(({ check, status, found, fix }) => ({ check, status, found, fix })));
}

function oneLine(text: string): string {
  return text.replace(/\s*\n\s*/g, ' ');
}
