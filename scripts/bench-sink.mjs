// Measures what delivering costs: into the null server, then into a real OpenSearch and a real Elasticsearch, each
// started for it, with the compiler that makes a long run fast, and ended afterwards.
//
//   node scripts/bench-sink.mjs [null] [opensearch] [elasticsearch] [any option of flowbulk bench]
//
// Without a name: all three. A server that cannot be had on this machine is left out, loudly. Wants a build (dist/).
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const FLOWBULK = path.join(ROOT, 'dist', 'src', 'cli', 'bin.cjs');
const START = path.join(ROOT, 'scripts', 'servers', 'start.mjs');
const CONTESTANTS = ['null', 'opensearch', 'elasticsearch'];

/** What start.mjs says of a server that cannot be had. */
const CANNOT_BE_HAD = 3;

const args = process.argv.slice(2);
const named = CONTESTANTS.filter((name) => args.includes(name));
const options = args.filter((arg) => !CONTESTANTS.includes(arg));
const records = options.some((arg) => arg.startsWith('--records')) ? [] : ['--records', '1M'];

/** Runs the bench; gives its exit code. */
async function bench(...more) {
  const child = spawn(process.execPath, [FLOWBULK, 'bench', 'sink', ...records, ...options, ...more], {
    stdio: 'inherit',
  });
  const [code] = await once(child, 'exit');
  return code ?? 1;
}

/** Starts a server: its URL, and a way to end it; null where it cannot be had. */
async function start(product) {
  const child = spawn(process.execPath, [START, product, '--optimized', '--heap', '2g'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const exit = once(child, 'exit');
  // Its end closes the pipe.
  child.stdin.on('error', () => {});
  const facts = {};
  for await (const line of createInterface({ input: child.stdout })) {
    if (line === 'READY') {
      const stop = async () => {
        child.stdin.end();
        await exit;
      };
      return { url: facts.URL, version: facts.VERSION, stop };
    }
    const at = line.indexOf('=');
    facts[line.slice(0, at)] = line.slice(at + 1);
  }
  const [code] = await exit;
  if (code === CANNOT_BE_HAD) return null;
  throw new Error(`${product} did not start`);
}

// The bench and the server hear of a Ctrl-C themselves, and end; so does this when they have.
process.on('SIGINT', () => {});

let worst = 0;
for (const name of named.length === 0 ? CONTESTANTS : named) {
  if (name === 'null') {
    worst = Math.max(worst, await bench());
    continue;
  }
  const server = await start(name);
  if (server === null) {
    process.stderr.write(`${name.toUpperCase()} IS LEFT OUT: it cannot be had here\n`);
    continue;
  }
  process.stdout.write(`\n${name} ${server.version}\n`);
  try {
    worst = Math.max(worst, await bench('--target', server.url));
  } finally {
    await server.stop();
  }
}
process.exitCode = worst;
