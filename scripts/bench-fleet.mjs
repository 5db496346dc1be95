// Measures what several processes read together, each its share of one folder (--shard), against one process: into the
// null server, which takes everything and stores nothing.
//
//   node scripts/bench-fleet.mjs [--records 2M] [--processes 1,2,4] [--rounds 3]
//
// Each process has one worker; all are on this machine, so more of them than cores gain nothing, and the null server has a
// process of its own on the same cores. Wants a build (dist/).
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
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

/** Seconds of CPU of all processes that were started here and have ended; null where the system does not tell. */
function cpuSeconds() {
  if (!existsSync('/proc/self/stat')) return null;
  // Behind the name, which may hold blanks: cutime and cstime are fields 16 and 17, in hundredths (proc_pid_stat(5)).
  const fields = readFileSync('/proc/self/stat', 'utf8').split(') ')[1].split(' ');
  return (Number(fields[13]) + Number(fields[14])) / 100;
}

/** One round: records a second by the process that took longest, without its start; and CPU with it, a million records. */
async function round(url, count, name) {
  const logs = path.join(folder, 'logs');
  const before = cpuSeconds();
  const runs = Array.from({ length: count }, (_, i) =>
    flowbulk(['run', logs, `${url}/vpcflow`, '--shard', 'auto', '--workers', '1', '--no-ledger', '--json', '--quiet'], {
      JOB_COMPLETION_INDEX: `${i}`,
      JOB_COMPLETIONS: `${count}`,
      FLOWBULK_STATE: path.join(folder, name, `${i}`),
    }),
  );
  const summaries = (await Promise.all(runs)).map((text) => JSON.parse(text));
  const records = summaries.reduce((sum, one) => sum + one.records, 0);
  const seconds = Math.max(...summaries.map(({ wallSeconds }) => wallSeconds));
  return { rate: records / seconds, cpu: before === null ? null : ((cpuSeconds() - before) / records) * 1e6 };
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
      rates.get(count).push(await round(url, count, `${at}-${count}`));
    }
  }
  const first = median(rates.get(counts[0]).map(({ rate }) => rate));
  const load = loadavg()[0].toFixed(1);
  process.stdout.write(
    `${values.records} records, ${availableParallelism()} cores, load ${load} at the end, ${values.rounds} rounds\n`,
  );
  for (const [count, all] of rates) {
    const speeds = all.map(({ rate }) => rate);
    const rate = median(speeds);
    const [least, most] = [Math.min(...speeds), Math.max(...speeds)].map((one) => Math.round(one).toLocaleString('en'));
    const cpu = median(all.map((one) => one.cpu));
    const words = [
      `${count} process${count === 1 ? '' : 'es'}: ${Math.round(rate).toLocaleString('en')} records/s (${least} to ${most})`,
      `${(rate / first).toFixed(2)} times ${counts[0]}`,
      ...(cpu === null ? [] : [`${cpu.toFixed(2)} s of CPU a million records`]),
    ];
    process.stdout.write(`${words.join(', ')}\n`);
  }
} finally {
  server.stdin.end();
  await gone;
  rmSync(folder, { recursive: true, force: true });
}
