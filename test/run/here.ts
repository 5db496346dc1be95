/** The program inside the test's own process: a start costs more than most of what is tried with it. */

import path from 'node:path';
import { run } from '../cli/run.ts';
import type { Ended } from './program.ts';

/**
 * Runs the program in `folder` as `flowbulk` does, its cache and its state there too. Not for what writes documents to
 * standard output, is stopped, or is killed: that takes a process.
 */
export async function flowbulkHere(
  folder: string,
  args: readonly string[],
  variables: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  process.chdir(folder);
  process.env['XDG_CACHE_HOME'] = path.join(folder, 'cache');
  const env = { ...process.env, XDG_STATE_HOME: path.join(folder, 'state'), NO_COLOR: '1', ...variables };
  return run(args, { env: env as Record<string, string> });
}
