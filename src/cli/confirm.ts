/** A question that somebody has to answer before something is done. */

import { createInterface } from 'node:readline';
import { FlowbulkError } from '../errors.ts';
import type { CommandIo } from './command.ts';

/**
 * Asks on standard error; only `y` and `yes` are one. Throws E_USAGE, which names the flag that answers beforehand, where
 * nobody is there to be asked, and the signal's reason.
 */
export async function confirmed(
  question: string,
  flag: string,
  { stdin, stderr, signal }: CommandIo,
): Promise<boolean> {
  const input = stdin?.();
  if (input?.isTTY !== true) {
    throw new FlowbulkError('E_USAGE', `${question} Nobody is there to answer: give ${flag} to say yes beforehand`);
  }
  stderr.write(`flowbulk: ${question} [y/N] `);
  const lines = createInterface({ input });
  try {
    const answer = await new Promise<string>((resolve, reject) => {
      lines.once('line', resolve).once('close', () => resolve(''));
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    });
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    lines.close();
  }
}
