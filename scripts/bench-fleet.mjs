// Measures what several processes read together, each its share of one folder (--shard), against one process: into the
// null server, which takes everything and stores nothing.
//
//   node scripts/bench-fleet.mjs [--records 2M] [--processes 1,2,4] [--rounds 3]
//
// Each process has one worker; all are on this machine, so more of them than cores gain nothing, and the null server has a
// process of its own on the same cores. Wants a build (dist/).
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const FLOWBULK = path.join(ROOT, 'dist', 'src', 'cli', 'bin.cjs');
const NULL_SERVER = path.join(ROOT, 'dist', 'bench', 'null-server.js');

const { values } = parseArgs({
  options: {
    records: { type: 'string', default: '2M' },
    processes: { type: 'string', default: '1,2' },
    rounds: { type: 'string', default: '3' },
  },
});

const folder = mkdtempSync(path.join(tmpdir(), 'flowbulk-fleet-'));

async function flowbulk(args, env = {}) {
  const child = spawn(process.execPath, [FLOWBULK, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let stdout = '';
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`flowbulk ${args.join(' ')} ended with ${code}`);
  return stdout;
}

/** One round: the records, and the seconds of the process that took longest, without its start. */
async function round(url, count, name) {
  const logs = path.join(folder, 'logs');
  const runs = Array.from({ length: count }, (_, i) =>
    flowbulk(['run', logs, `${url}/vpcflow`, '--shard', 'auto', '--workers', '1', '--no-ledger', '--json', '--quiet'], {
      JOB_COMPLETION_INDEX: `${i}`,
      JOB_COMPLETIONS: `${count}`,
      FLOWBULK_STATE: path.join(folder, name, `${i}`),
    }),
  );
  const summaries = (await Promise.all(runs)).map((text) => JSON.parse(text));
  const records = summaries.reduce((sum, one) => sum + one.records, 0);
  return { records, seconds: Math.max(...summaries.map(({ wallSeconds }) => wallSeconds)) };
}

const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];

const server = spawn(process.execPath, [NULL_SERVER], { stdio: ['pipe', 'pipe', 'inherit'] });
server.stdin.on('error', () => {});
const gone = once(server, 'exit');
try {
  const [port] = await once(createInterface({ input: server.stdout }), 'line');
  const url = `http://127.0.0.1:${port}`;
  await flowbulk(['generate', path.join(folder, 'logs'), '--records', values.records, '--files', '64', '--seed', '1']);
  const counts = values.processes.split(',').map(Number);
  const rates = new Map(counts.map((count) => [count, []]));
  for (let at = 0; at < Number(values.rounds); at++) {
    for (const count of at % 2 === 0 ? counts : counts.toReversed()) {
      const { records, seconds } = await round(url, count, `${at}-${count}`);
      rates.get(count).push(records / seconds);
    }
  }
  const first = median(rates.get(counts[0]));
  process.stdout.write(`${values.records} records, ${availableParallelism()} cores, ${values.rounds} rounds\n`);
  for (const [count, all] of rates) {
    const rate = median(all);
    const spread = `${Math.round(Math.min(...all)).toLocaleString('en')} to ${Math.round(Math.max(...all)).toLocaleString('en')}`;
    process.stdout.write(
      `${count} processes: ${Math.round(rate).toLocaleString('en')} records/s (${spread}), ${(rate / first).toFixed(2)} times ${counts[0]}\n`,
    );
  }
} finally {
  server.stdin.end();
  await gone;
  rmSync(folder, { recursive: true, force: true });
}
