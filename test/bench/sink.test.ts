/** The bench of the sink on a tiny set: into the null server, and what it checks of a cluster. */

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { startNullServer } from '../../bench/null-server-process.ts';
import { documentsById } from '../../bench/prepared.ts';
import { startRecordingServer } from '../../bench/recording-server.ts';
import { run } from '../cli/run.ts';

const FOLDER = mkdtempSync(path.join(tmpdir(), 'flowbulk-test-sink-bench-'));
process.env['XDG_CACHE_HOME'] = FOLDER;
after(() => rmSync(FOLDER, { recursive: true, force: true }));

const COUNTRIES = path.join(
  path.dirname(fileURLToPath(import.meta.resolve('@ip-location-db/geo-whois-asn-country-mmdb/package.json'))),
  'geo-whois-asn-country.mmdb',
);
const SINK = ['bench', 'sink', '--records', '400', '--city', COUNTRIES];

interface Report {
  readonly sections: readonly {
    readonly bench: string;
    readonly rows: readonly { kind: string; name?: string; text?: string; nsPerRecord?: number; ratio?: number }[];
  }[];
  readonly targets: readonly { name: string; measured: string | null }[];
}

test('into the null server: proven equal first, then flowbulk, the plain loop and the official client', async () => {
  const { code, stdout, stderr } = await run([...SINK, '--json']);
  assert.equal(code, 0, stderr);
  const { sections, targets } = JSON.parse(stdout) as Report;
  assert.equal(sections.length, 1);
  const { rows } = sections[0]!;
  assert.match(rows[0]!.text!, /^equal: documents that arrive, plain and gzip, .* byte for byte: 20$/);
  const times = rows.filter(({ kind }) => kind === 'time');
  for (const name of [
    'flowbulk, plain',
    'flowbulk, gzip',
    'flowbulk, lines to an intake',
    'plain loop',
    '@elastic/elasticsearch',
  ]) {
    const found = times.filter((row) => row.name!.startsWith(name));
    assert.ok(found.length > 0, `${name} is missing`);
    for (const row of found) assert.ok(row.nsPerRecord! > 0, name);
  }
  const ratios = rows.filter(({ kind }) => kind === 'ratio').map(({ name }) => name!.split(' : ')[0]);
  assert.deepEqual(ratios, ['plain loop', 'helper']);
  const measured = targets.filter((one) => one.measured !== null).map(({ name }) => name);
  assert.deepEqual(measured, ['into the null server, plain, documents/s', 'into the null server, gzip, documents/s']);
});

test('into a cluster that does not have what it said it took: nothing is measured', async () => {
  const server = await startNullServer();
  try {
    const { code, stderr } = await run([...SINK, '--target', server.url]);
    assert.equal(code, 3);
    assert.match(stderr, /documents in the index and sent differ/);
  } finally {
    await server.stop();
  }
});

test('--target is for sink alone, and for clusters that ask for no credentials', async () => {
  for (const args of [
    ['bench', 'kernel', '--target', 'http://127.0.0.1:9'],
    ['bench', '--all', '--target', 'http://127.0.0.1:9'],
    ['bench', 'sink', '--target', 'http://user:secret@127.0.0.1:9'],
  ]) {
    const { code, stderr } = await run(args);
    assert.equal(code, 2, stderr);
    assert.match(stderr, /--target/);
    assert.doesNotMatch(stderr, /secret/);
  }
});

test('the recording server keeps documents by id and says how they came', async () => {
  const server = await startRecordingServer();
  try {
    const body = Buffer.from('{"create":{"_id":"a"}}\n{"n":"é"}\n{"create":{"_id":"b"}}\n{"n":2}\n');
    const post = async (bytes: Uint8Array, headers: Record<string, string>) => {
      const answer = await fetch(`${server.url}/x/_bulk`, { method: 'POST', body: new Uint8Array(bytes), headers });
      return (await answer.json()) as unknown;
    };
    const created = { create: { status: 201 } };
    assert.deepEqual(await post(body, {}), { errors: false, items: [created, created] });
    assert.deepEqual(server.counts, { again: 0, plain: 1, gzip: 0 });
    await post(gzipSync(body), { 'content-encoding': 'gzip' });
    assert.deepEqual(server.counts, { again: 2, plain: 1, gzip: 1 });
    assert.deepEqual([...server.documents], [...documentsById(body)]);
    assert.deepEqual(
      [...server.documents],
      [
        ['a', '{"n":"é"}'],
        ['b', '{"n":2}'],
      ],
    );
  } finally {
    await server.close();
  }
});
