/** A disk that runs full in the middle of a folder of outputs. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { flowbulk, temporaryFolder } from '../run/program.ts';

const folder = temporaryFolder();
const disk = path.join(folder, 'disk');
mkdirSync(disk);
const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=24m', 'tmpfs', disk]).status === 0;

test('a full disk ends the run with the reason and without half files', {
  skip: !mounted && 'mounting a small disk needs root on Linux',
}, async (t) => {
  t.after(() => spawnSync('umount', [disk]));
  assert.equal(
    (await flowbulk(folder, ['generate', 'logs', '--records', '60000', '--files', '12', '--quiet'])).code,
    0,
  );
  const { code, stderr } = await flowbulk(folder, ['convert', 'logs', path.join(disk, 'out/'), '--quiet']);
  assert.equal(code, 75);
  assert.match(stderr, /no space left for .*make room and run again/);
  const left = (readdirSync(disk, { recursive: true }) as string[]).filter((file) => /ndjson|tmp$/.test(file));
  assert.ok(left.length > 0 && left.every((file) => file.endsWith('.log.gz.ndjson')), left.join());
  const single = await flowbulk(folder, ['convert', 'logs', path.join(disk, 'all.ndjson'), '--quiet']);
  assert.equal(single.code, 75);
  assert.ok(!readdirSync(disk).some((file) => file.includes('all.ndjson')));
});
