/** Starts the null server, as a process of its own. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** Tells the null server how many documents a body has; others do not know it. */
export const ITEMS_HEADER = 'x-flowbulk-items';

/** A running null server. */
export interface NullServer {
  readonly url: string;
  readonly pid: number;
  stop(): Promise<void>;
}

/** Starts it on a port of this machine. Throws where it does not come up. */
export async function startNullServer(): Promise<NullServer> {
  const program = fileURLToPath(new URL('./null-server.js', import.meta.url));
  const child = spawn(process.execPath, [program], { stdio: ['pipe', 'pipe', 'inherit'] });
  const exit = once(child, 'exit');
  // Only its end closes the pipe.
  child.stdin.on('error', () => {});
  const [port] = await Promise.race([
    once(createInterface({ input: child.stdout }), 'line') as Promise<[string]>,
    exit.then(([code]) => {
      throw new Error(`the null server ended with ${code}`);
    }),
  ]);
  return {
    url: `http://127.0.0.1:${port}`,
    pid: child.pid as number,
    async stop() {
      child.stdin.end();
      await exit;
    },
  };
}
