/** Runs the program in this process, its streams collected, for tests of the command line. */

import { main } from '../../src/cli/main.ts';

/** What came out. */
export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Calls `main` with the arguments and, where given, an environment and a stop signal. */
export async function run(
  argv: readonly string[],
  options: { env?: Record<string, string>; signal?: AbortSignal; isTTY?: boolean } = {},
): Promise<Ran> {
  const collect = () => {
    const parts: string[] = [];
    const stream = {
      isTTY: options.isTTY ?? false,
      write(text: string | Uint8Array) {
        parts.push(typeof text === 'string' ? text : Buffer.from(text).toString());
        return true;
      },
    };
    return { parts, stream };
  };
  const out = collect();
  const err = collect();
  const code = await main(argv, {
    stdout: out.stream,
    stderr: err.stream,
    env: options.env ?? {},
    signal: options.signal ?? new AbortController().signal,
  });
  return { code, stdout: out.parts.join(''), stderr: err.parts.join('') };
}
