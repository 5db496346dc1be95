// Runs a real OpenSearch or Elasticsearch on loopback, in the foreground, for tests and measurements.
//
//   node scripts/servers/start.mjs opensearch|elasticsearch [--version V] [--security] [--tls] [--heap 1g]
//        [--set KEY=VALUE]… [--optimized]
//
// Prints URL=, PID=, VERSION=, with --security or --tls USER= and PASSWORD=, with --tls CA=, CERT= and KEY= (files), then
// READY. Ends, and leaves nothing behind, on SIGINT, SIGTERM, SIGHUP, or when standard input ends. On standard input it takes
// `kill` (with SIGKILL; prints KILLED) and `start` (again, on the same data and port; prints the above once more).
// Exit codes: 0, 1 a server that failed, 3 a server that cannot be had on this machine.
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { CannotBeHad } from './cache.mjs';
import { ServerProcess } from './server-process.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    version: { type: 'string' },
    security: { type: 'boolean' },
    tls: { type: 'boolean' },
    heap: { type: 'string' },
    set: { type: 'string', multiple: true, default: [] },
    optimized: { type: 'boolean' },
  },
});
const [product] = positionals;
if (product !== 'opensearch' && product !== 'elasticsearch') {
  process.stderr.write('usage: node scripts/servers/start.mjs opensearch|elasticsearch [options, see the file]\n');
  process.exit(2);
}
const { set, ...options } = values;
const settings = Object.fromEntries(
  set.map((one) => [one.slice(0, one.indexOf('=')), one.slice(one.indexOf('=') + 1)]),
);

let server;
try {
  server = new ServerProcess(product, { ...options, settings });
} catch (error) {
  if (!(error instanceof CannotBeHad)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exit(3);
}

let leaving = false;

async function leave(code) {
  if (leaving) return;
  leaving = true;
  await server.stop();
  process.exit(code);
}

async function start() {
  await server.start(fail);
  const { url, pid, version, access, tls } = server;
  const facts = { URL: url, PID: pid, VERSION: version, USER: access?.user, PASSWORD: access?.password };
  const files = { CA: tls?.ca, CERT: tls?.cert, KEY: tls?.key };
  const known = Object.entries({ ...facts, ...files }).filter(([, value]) => value !== undefined);
  process.stdout.write(`${known.map(([key, value]) => `${key}=${value}\n`).join('')}READY\n`);
}

async function obey(command) {
  if (command === 'start') await start();
  else if (command === 'kill') {
    await server.kill();
    process.stdout.write('KILLED\n');
  }
}

function fail(error) {
  if (leaving) return;
  process.stderr.write(`${error.message}\n`);
  leave(1);
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => leave(0));
process.stdout.on('error', () => leave(0)); // nobody reads any more
let last = start();
createInterface({ input: process.stdin })
  .on('line', (line) => {
    last = last.then(() => obey(line.trim()));
    last.catch(fail);
  })
  .on('close', () => leave(0));
last.catch(fail);
