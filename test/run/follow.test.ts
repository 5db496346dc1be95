/** The program while it follows a folder: what comes is sent, once, until it is stopped. */

import assert from 'node:assert/strict';
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { withServer } from '../delivery/fault-server.ts';
import { INTAKE_KEY, timesTaken, withIntake } from '../sekoia/intake-server.ts';
import { ended, flowbulk, start, temporaryFolder, until } from './program.ts';
import { header, record } from './records.ts';

const folder = temporaryFolder();
const RECORDS = 50;

const linesOf = (n: number) => Array.from({ length: RECORDS }, (_, i) => record(n * RECORDS + i));

/** Puts an object there whole, as one that writes logs does. */
function put(name: string, n: number): void {
  const file = path.join(folder, 'in', name);
  writeFileSync(`${file}.tmp`, `${header}\n${linesOf(n).join('\n')}\n`);
  renameSync(`${file}.tmp`, file);
}

test('objects are sent as they come, changed ones again, and SIGTERM drains', async () => {
  mkdirSync(path.join(folder, 'in'));
  put('0.log', 0);
  await withIntake({ seed: 1 }, async (server) => {
    const args = ['run', 'in', server.url, '--follow', '--interval', '100ms', '--workers', '1'];
    const child = start(folder, args, 'ignore', { FLOWBULK_API_KEY: INTAKE_KEY });
    const end = ended(child);
    const came = () => timesTaken(server.taken);
    await until('all that was put', () => came().size === RECORDS);
    for (const n of [1, 2, 3]) {
      put(`${n}.log`, n);
      await until('all that was put', () => came().size === (n + 1) * RECORDS);
    }
    writeFileSync(path.join(folder, 'in', 'x.parquet'), 'PAR1');
    put('1.log', 4);
    await until('all that was put', () => came().size === 5 * RECORDS);
    child.kill('SIGTERM');
    const { code, stderr } = await end;
    assert.equal(code, 143, stderr);
    assert.match(stderr, /objects +5 done, 1 refused/);
    assert.match(stderr, /--follow without --since/);
    assert.ok([...came().values()].every((times) => times === 1));
  });
});

test('into a cluster, too; the next run knows what it did', async () => {
  await withServer({ seed: 1 }, async (server) => {
    const args = ['run', 'in', `${server.url}/vpcflow`, '--interval', '100ms', '--since', '3d'];
    // Names without a date are outside of any range.
    const day = new Date().toISOString().slice(0, 10).replaceAll('-', '/');
    const place = path.join('AWSLogs/123456789012/vpcflowlogs/eu-west-1', day);
    mkdirSync(path.join(folder, 'in', place), { recursive: true });
    put(path.join(place, 'a.log'), 10);
    const child = start(folder, [...args, '--follow']);
    const end = ended(child);
    await until('all that was put', () => server.stored.size === RECORDS);
    put(path.join(place, 'b.log'), 11);
    await until('all that was put', () => server.stored.size === 2 * RECORDS);
    child.kill('SIGINT');
    assert.equal((await end).code, 130);
    const { code, stderr } = await flowbulk(folder, args);
    assert.equal(code, 0, stderr);
    assert.match(stderr, /objects +0 done, 2 done before/);
  });
});
