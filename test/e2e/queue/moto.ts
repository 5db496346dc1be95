/**
 * AWS's SQS, CloudWatch Logs, EC2 and STS, as moto has them, for one test file, on a port of the system's choice. Where it
 * cannot be started, tests are skipped loudly, or fail where CI is set.
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** A running server. */
export interface Moto {
  readonly url: string;
  stop(): Promise<void>;
}

/** The folder of moto's packages, installed where need be; null, with a word on stderr, where there is none. Throws in CI. */
export function motoFolder(): string | null {
  const script = join(checkout(), 'scripts', 'servers', 'moto.mjs');
  try {
    return execFileSync(process.execPath, [script], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }).trim();
  } catch (cause) {
    if (process.env['CI'])
      throw new Error('CI is set and moto cannot be had: the tests with it did not run', { cause });
    process.stderr.write('SKIPPED: THE TESTS OF SQS, CLOUDWATCH LOGS, EC2 AND STS DID NOT RUN, FOR WANT OF moto\n');
    return null;
  }
}

/** Moto in a server that tells its port, and that ends with its standard input: port 0 of moto's own is not told. */
const PROGRAM = `
import os, sys, threading
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server
server = make_server('127.0.0.1', 0, DomainDispatcherApplication(create_backend_app), threaded=True)
print(server.server_port, flush=True)
threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
server.serve_forever()
`;

/** Starts a server. */
export async function startMoto(packages: string): Promise<Moto> {
  const child = spawn('python3', ['-c', PROGRAM], {
    env: { ...process.env, PYTHONPATH: packages },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (chunk) => {
    // A line for each request.
    said = (said + chunk).slice(-4_000);
  });
  const exit = once(child, 'exit');
  const [port] = await Promise.race([
    once(createInterface({ input: child.stdout }), 'line') as Promise<[string]>,
    exit.then(() => {
      throw new Error(`moto did not start: ${said}`);
    }),
  ]);
  return {
    url: `http://127.0.0.1:${port}`,
    async stop() {
      child.stdin.end();
      await exit;
    },
  };
}

/** The folder of the checkout, above this file, compiled or not. */
function checkout(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'scripts', 'servers'))) folder = dirname(folder);
  return folder;
}
