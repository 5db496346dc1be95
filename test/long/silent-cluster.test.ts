/** Five minutes of a cluster that takes bodies and answers nothing: nothing queues, memory stays what it is. */

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { ended, flowbulk, start, temporaryFolder } from '../run/program.ts';

const SILENT_MS = 5 * 60_000;
/** Until then all bodies are filled for the first time. */
const SETTLED_MS = 30_000;
const SAMPLE_MS = 5_000;

/** Resident memory of a process in MB. */
function rssMb(pid: number): number {
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) / 1024;
}

const skip = existsSync('/proc/self/status') ? false : 'there is no /proc here';

test('RSS does not grow while the cluster answers nothing', { skip, timeout: SILENT_MS + 120_000 }, async () => {
  const folder = temporaryFolder();
  const made = await flowbulk(folder, ['generate', 'logs', '--records', '3M', '--files', '60', '--quiet']);
  assert.equal(made.code, 0, made.stderr);
  // It says what it is, then takes everything and says no more.
  const server = createServer((socket) => {
    socket.once('data', (head) => {
      if (!head.toString('latin1').startsWith('GET / ')) return;
      const body = '{"version":{"number":"9.4.3"},"tagline":"You Know, for Search"}';
      socket.end(`HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`);
    });
    socket.on('data', () => {}).on('error', () => {});
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
  const child = start(folder, ['run', 'logs', `${url}/flow-{yyyy}`, '--request-timeout', '1h', '--concurrency', '16']);
  const end = ended(child);
  const samples: number[] = [];
  const began = Date.now();
  while (Date.now() - began < SILENT_MS) {
    await new Promise((resolve) => setTimeout(resolve, SAMPLE_MS));
    if (Date.now() - began > SETTLED_MS) samples.push(rssMb(child.pid as number));
  }
  child.kill('SIGINT');
  const { code } = await end;
  server.close();
  const [first, most] = [samples[0] as number, Math.max(...samples)];
  process.stderr.write(`RSS ${first.toFixed(0)} MB after ${SETTLED_MS / 1000} s, at most ${most.toFixed(0)} MB\n`);
  assert.equal(code, 130);
  assert.ok(most < first * 1.05 + 5, `${first} MB, then ${most} MB`);
});
