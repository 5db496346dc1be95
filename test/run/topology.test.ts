/** `flowbulk topology` as a whole: folders in, a receiver or a file out. */

import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { before, test } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import { Prng } from '../../src/generate/prng.ts';
import { type ReceiverServer, type ReceiverServerOptions, startReceiverServer } from '../topology/receiver-server.ts';
import { Network } from '../topology/traffic.ts';
import { flowbulkHere } from './here.ts';
import { ended, flowbulk, readNdjson, start, temporaryFolder, until } from './program.ts';
import { header } from './records.ts';

const KEY = 'k3y-of-the-test';
const OBJECTS = 6;
const INTERFACES = 20;

const folder = temporaryFolder();
const network = new Network(INTERFACES, 1);

before(() => {
  network.describe(path.join(folder, 'interfaces.json'));
  writeFileSync(path.join(folder, 'key'), `${KEY}\n`);
  for (let i = 0; i < OBJECTS; i++) network.write(path.join(folder, 'in'), `${i}.log.gz`, 40);
});

function args(source: string, server: ReceiverServer, state: string, ...more: string[]): string[] {
  const own = ['--interfaces', 'interfaces.json', '--api-key-file', 'key', '--state', state, '--workers', '1'];
  return ['topology', source, server.destination, ...own, ...more];
}

async function withServer(work: (server: ReceiverServer) => Promise<void>, more: Partial<ReceiverServerOptions> = {}) {
  const server = await startReceiverServer({ apiKey: KEY, ...more });
  try {
    await work(server);
    assert.deepEqual(server.refusals, []);
  } finally {
    await server.stop();
  }
}

test('all objects become one map; what StackState has taken is not sent again, what comes is', async () => {
  await withServer(async (server) => {
    mkdirSync(path.join(folder, 'growing'));
    for (let i = 0; i < 2; i++) network.write(path.join(folder, 'growing'), `${i}.log.gz`, 40);
    const first = await flowbulkHere(folder, args('growing', server, 'growing-state', '--json'));
    assert.equal(first.code, 0, first.stderr);
    const summary = JSON.parse(first.stdout);
    assert.deepEqual(summary.objects, { done: 2, damaged: 0, failed: 0, skipped: 0 });
    assert.deepEqual([summary.counts.records, summary.counts.folded], [160, 160]);
    assert.equal(summary.connections, server.stored.relations.size);
    assert.equal(server.stored.components.size, 2 * summary.connections);
    const { requests } = summary.sent;
    const again = await flowbulkHere(folder, args('growing', server, 'growing-state', '--json', '--error-on-empty'));
    assert.deepEqual([again.code, again.stdout], [6, '']);
    assert.match(again.stderr, /nothing new to read in growing/);
    assert.equal(server.bodies.length, requests);
    network.write(path.join(folder, 'growing'), 'new.log.gz', 10);
    const more = await flowbulkHere(folder, args('growing', server, 'growing-state', '--json'));
    assert.deepEqual(JSON.parse(more.stdout).objects, { done: 1, damaged: 0, failed: 0, skipped: 2 });
    const status = await flowbulkHere(folder, ['status', '--state', 'growing-state']);
    assert.match(status.stdout, /to +stackstate\+http:.*\n +objects +3 done\n(.*\n)* +next +nothing\n/);
    assert.doesNotMatch(status.stdout, /records|created/);
    assert.doesNotMatch(status.stdout + first.stderr, /k3y/);
  });
});

test('killed twice while it sends, the same command makes the same map, gauges included', async () => {
  const seed = Number(process.env['FLOWBULK_TEST_SEED'] ?? 1);
  const random = new Prng(seed, 1);
  const slices = ['--body-bytes', '20000'];
  const source = 'killed';
  for (let i = 0; i < OBJECTS; i++) network.write(path.join(folder, source), `${i}.log.gz`, 40);
  await withServer(async (quiet) => {
    const whole = await flowbulkHere(folder, args(source, quiet, 'quiet', ...slices));
    assert.equal(whole.code, 0, whole.stderr);
    const requests = quiet.bodies.length;
    assert.ok(requests >= 5, `${requests} requests`);
    await withServer(async (server) => {
      for (let kill = 0; kill < 2; kill++) {
        const child = start(folder, args(source, server, 'killed-state', ...slices));
        const end = ended(child);
        let left = 1 + Math.floor(random.uniform() * requests);
        server.onTaken = () => {
          if (--left === 0) child.kill('SIGKILL');
        };
        await end;
        server.onTaken = null;
        // What comes in the meantime belongs to the next round.
        if (kill === 0) network.write(path.join(folder, source), 'late.log.gz', 30);
      }
      const last = await flowbulkHere(folder, args(source, server, 'killed-state', ...slices));
      assert.equal(last.code, 0, last.stderr);
      const late = await flowbulkHere(folder, args(source, quiet, 'quiet', ...slices));
      assert.equal(late.code, 0, late.stderr);
      assert.deepEqual(server.stored, quiet.stored, `seed ${seed}`);
    });
  });
});

test('faults of the receiver are waited out', async () => {
  const faults = { 429: 0.2, 500: 0.1, reset: 0.1, 'answer lost': 0.1 };
  await withServer(
    async (server) => {
      const { code, stdout, stderr } = await flowbulkHere(
        folder,
        args('in', server, 'faults', '--body-bytes', '20000', '--json'),
      );
      assert.equal(code, 0, stderr);
      const { sent, connections } = JSON.parse(stdout);
      assert.ok(sent.resent > 0);
      assert.equal(server.stored.relations.size, connections);
    },
    { seed: 5, faults },
  );
});

test('--follow sends each object once, soon after it came, and ends by a signal', async () => {
  const live = path.join(folder, 'live');
  network.write(live, 'a.log.gz', 10);
  writeFileSync(path.join(live, 'x.parquet'), 'PAR1');
  await withServer(async (server) => {
    const child = start(folder, args('live', server, 'live-state', '--follow', '--interval', '100ms'));
    const end = ended(child);
    await until('the first round', () => server.bodies.length === 1);
    network.write(live, 'b.log.gz', 10);
    await until('the second round', () => server.bodies.length === 2);
    child.kill('SIGTERM');
    const { code, stderr } = await end;
    assert.equal(code, 143, stderr);
    assert.equal(server.bodies.length, 2);
    assert.equal(stderr.match(/1 objects/g)?.length, 2, stderr);
    // Told once, though it is listed in each round.
    assert.equal(stderr.match(/is Parquet/g)?.length, 1, stderr);
  });
});

test('a damaged object is not in the map, and is told; without it there is no snapshot', async () => {
  const damaged = path.join(folder, 'damaged');
  network.write(damaged, 'good.log.gz', 10);
  truncateSync(network.write(damaged, 'bad.log.gz', 10), 200);
  await withServer(async (server) => {
    const { code, stdout, stderr } = await flowbulkHere(
      folder,
      args('damaged', server, 'damaged-state', '--snapshot', '--json'),
    );
    assert.equal(code, 3, stderr);
    const { objects, counts } = JSON.parse(stdout);
    assert.deepEqual(objects, { done: 1, damaged: 1, failed: 0, skipped: 0 });
    assert.equal(counts.records, 20);
    assert.match(stderr, /bad\.log\.gz/);
    assert.match(stderr, /this was no snapshot/);
    assert.deepEqual(
      server.bodies.map(({ topologies: [one] }) => [one?.start_snapshot, one?.stop_snapshot]),
      [[false, false]],
    );
  });
});

test('--snapshot sends all that is selected, each time', async () => {
  const small = path.join(folder, 'small');
  network.write(small, 'a.log.gz', 5);
  await withServer(async (server) => {
    await flowbulkHere(folder, args('in', server, 'snapshots', '--no-ledger'));
    const many = server.stored.relations.size;
    for (let i = 0; i < 2; i++) {
      const { code, stderr } = await flowbulkHere(folder, args('small', server, 'snapshots', '--snapshot'));
      assert.equal(code, 0, stderr);
      assert.ok(server.stored.relations.size <= 5 && server.stored.relations.size < many);
    }
  });
});

test('the same map in files: elements, and what people look at', async () => {
  const own = ['topology', 'in', '--interfaces', 'interfaces.json', '--workers', '1'];
  const into = (...more: string[]) => flowbulkHere(folder, [...own, ...more]);
  const elements = await into('--out', 'elements.ndjson', '--json');
  assert.equal(elements.code, 0, elements.stderr);
  const { connections } = JSON.parse(elements.stdout);
  const lines = readNdjson(path.join(folder, 'elements.ndjson'));
  assert.equal(lines.length, 7 * connections);
  const zipped = await into('--out', 'map.json.gz', '--as', 'json', '--compress', 'gzip');
  assert.equal(zipped.code, 0, zipped.stderr);
  const map = JSON.parse(gunzipSync(readFileSync(path.join(folder, 'map.json.gz'))).toString());
  assert.equal(map.connections.length, connections);
  const dot = await flowbulk(folder, [...own, '--as', 'dot']);
  assert.equal(dot.stdout.match(/ -- /g)?.length, connections);
  const many = await into('--max-connections', '3');
  assert.equal(many.code, 7, many.stderr);
  assert.match(many.stderr, /there are more than 3 connections: give --max-connections a larger number/);
});

test('standard input, and a log without its header', async () => {
  const own = ['topology', '-', '--interfaces', 'interfaces.json', '--as', 'csv'];
  const text = network.log(5).replace(`${header}\n`, '');
  const { code, stdout, stderr } = await flowbulk(folder, own, gzipSync(text));
  assert.equal(code, 0, stderr);
  assert.ok(stdout.split('\r\n').length > 3);
  assert.match(stderr, /10 records, 10 of them between private addresses: \d connections/);
});
