/** What verify says of real servers is true: documents that are lost, twice or refused are found, and sent again. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { before, test } from 'node:test';
import { flowbulk, temporaryFolder } from '../../run/program.ts';
import type { ClusterClient } from './client.ts';
import { type FlowLogs, makeFlowLogs } from './flow-logs.ts';
import { assertEachOnce, deadLetters, load } from './loading.ts';
import { bothProducts } from './products.ts';

const folder = temporaryFolder();
const products = await bothProducts({ heap: '512m' });
const DAYS = 3;
let logs: FlowLogs;

before(async () => {
  logs = await makeFlowLogs(path.join(folder, 'in'), { records: 6_000, objects: 18, days: DAYS, badLines: 2 });
});

interface Verification {
  readonly proven: boolean;
  readonly doubts: readonly string[];
  readonly rows: readonly { readonly from: string; readonly expected: number; readonly found: number }[];
  readonly totals: Readonly<Record<'created' | 'duplicates' | 'deadLetters' | 'filtered', number>>;
  readonly deep: null | {
    readonly objects: readonly { readonly missingIds: readonly { readonly id: string }[]; readonly twice: number }[];
  };
}

async function call(command: string, target: string, more: readonly string[]) {
  const { code, stdout, stderr } = await flowbulk(folder, [command, 'in', target, '--json', '--quiet', ...more]);
  const values = stdout.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)]));
  return { code, stderr, first: values[0], last: values.at(-1) };
}

async function verify(target: string, ...more: string[]) {
  const { code, stderr, first, last } = await call('verify', target, more);
  return { code, stderr, first: first as Verification, found: last as Verification };
}

async function setUp(target: string, ...more: string[]): Promise<void> {
  const { code, stderr } = await flowbulk(folder, ['setup', target, '--apply', ...more]);
  assert.equal(code, 0, stderr);
}

/** Takes documents away as somebody might. */
async function remove(client: ClusterClient, name: string, ids: readonly string[]): Promise<void> {
  await client.refresh(name);
  const { status, json, text } = await client.json('POST', `/${name}/_delete_by_query`, {
    query: { ids: { values: ids } },
  });
  assert.deepEqual([status, json?.deleted], [200, ids.length], text);
}

const differences = ({ rows }: Verification) =>
  rows.filter(({ expected, found }) => expected !== found).map(({ from, expected, found }) => [from, found - expected]);

for (const product of products) {
  const { name, skip } = product;

  test(`${name}: of a job with a filter, all that it lets through is proven, also by id`, { skip }, async () => {
    const { server, client } = product;
    const stream = 'logs-verified.filtered-default';
    const target = `${server.url}/${stream}`;
    await setUp(target, '--lean');
    const loaded = await load(folder, 'in', target, ['--where', 'bytes > 1000', '--sample', '1/2']);
    assert.equal(loaded.code, 3, 'for two bad lines');
    const { delivery, filtered, deadLettersTotal } = loaded.summary ?? assert.fail(loaded.stderr);
    const { created } = delivery;
    assert.deepEqual([created + filtered, deadLettersTotal], [logs.count, 2]);
    assert.ok(created > 100 && filtered > 100, `${created} created, ${filtered} filtered`);
    const { code, found, stderr } = await verify(target, '--deep', '6');
    assert.deepEqual([code, found.doubts, found.totals.filtered], [0, [], filtered], stderr);
    const ids = (await client.ids(stream)).sort();
    await remove(client, stream, ids.slice(0, 5));
    const repaired = await verify(target, '--deep', '100', '--repair');
    assert.deepEqual([repaired.first.doubts.length > 0, repaired.code, repaired.found.doubts], [true, 0, []]);
    assert.deepEqual((await client.ids(stream)).sort(), ids);
  });

  test(`${name}: a stream is proven; what is lost or twice is found, and sent again`, { skip }, async () => {
    const { server, client } = product;
    const stream = 'logs-verified.all-default';
    const target = `${server.url}/${stream}`;
    await setUp(target, '--lean');
    assert.equal((await load(folder, 'in', target)).code, 3, 'for two bad lines');
    const whole = await verify(target, '--deep', '6');
    assert.deepEqual([whole.code, whole.found.doubts], [0, []], whole.stderr);
    const sum = (key: 'expected' | 'found') => whole.found.rows.reduce((all, row) => all + row[key], 0);
    assert.deepEqual([sum('expected'), sum('found'), whole.found.totals.deadLetters], [logs.count, logs.count, 2]);
    assert.equal(new Set(whole.found.rows.map(({ from }) => from)).size, DAYS);

    const onDay = (day: string) => logs.lines.filter(({ object }) => object.key.includes(day)).map(({ id }) => id);
    const lost = onDay('/2025/01/02/').slice(100, 107);
    await remove(client, stream, lost);
    const [twice] = onDay('/2025/01/03/') as [string];
    const document = JSON.stringify((await client.documents(stream, [twice])).get(twice));
    await client.rollover(stream);
    await client.bulk(stream, `${JSON.stringify({ create: { _id: twice } })}\n${document}\n`);

    const found = await verify(target, '--deep', '100');
    assert.equal(found.code, 3);
    const byDay = new Map<string, number>();
    for (const [from, difference] of differences(found.found) as [string, number][]) {
      byDay.set(from, (byDay.get(from) ?? 0) + difference);
    }
    assert.deepEqual(
      [...byDay],
      [
        ['2025-01-02', -7],
        ['2025-01-03', 1],
      ],
    );
    const objects = found.found.deep?.objects ?? [];
    assert.deepEqual(objects.flatMap(({ missingIds }) => missingIds.map(({ id }) => id)).sort(), [...lost].sort());
    assert.equal(
      objects.reduce((all, one) => all + one.twice, 0),
      1,
    );

    const [, second] = await client.backingIndices(stream);
    await remove(client, second as string, [twice]);
    const repaired = await verify(target, '--deep', '100', '--repair');
    assert.equal(repaired.code, 0, repaired.stderr);
    assert.match(repaired.first.doubts.join('; '), /7 ids missing/);
    await assertEachOnce(client, stream, logs);
  });

  test(`${name}: time-named indices are counted together`, { skip }, async () => {
    const target = `${product.server.url}/verified-{yyyy.MM.dd}`;
    await setUp(target);
    await load(folder, 'in', target);
    const { code, found, stderr } = await verify(target, '--deep', '3');
    assert.deepEqual([code, found.doubts], [0, []], stderr);
    const one = logs.lines[0]?.id as string;
    await remove(product.client, 'verified-*', [one]);
    assert.deepEqual((await verify(target)).found.doubts, ['1 document fewer than the ledger says']);
  });

  test(`${name}: where paths are text, counts are no proof, and ids are still compared`, { skip }, async () => {
    const { server, client } = product;
    const index = 'guessed';
    await load(folder, 'in', `${server.url}/${index}`);
    const { code, found, stderr } = await verify(`${server.url}/${index}`, '--deep', '5');
    assert.equal(code, 3, stderr);
    assert.equal(found.doubts.length, 1);
    assert.match(
      found.doubts[0] ?? '',
      /log\.file\.path is text, so that documents cannot be counted by it: flowbulk setup/,
    );
    assert.equal(found.deep?.objects.length, 5);
    // An index that is gone has nothing.
    assert.equal((await client.json('DELETE', `/${index}`)).status, 200);
    const gone = await verify(`${server.url}/${index}`, '--deep', '2');
    assert.deepEqual([gone.code, gone.found.doubts[0]], [3, '6,000 documents fewer than the ledger says']);
  });

  test(`${name}: retry sends what the mapping refused, once that is mended`, { skip }, async () => {
    const { server, client } = product;
    const stream = 'logs-verified.mended-default';
    const target = `${server.url}/${stream}`;
    const template = (type: string) => {
      const properties = {
        log: { properties: { file: { properties: { path: { type: 'keyword' } } } } },
        source: { properties: { port: { type } } },
      };
      return client.putTemplate('mended', { pattern: 'logs-verified.mended-*', dataStream: true, properties });
    };
    await template('short');
    const loaded = await load(folder, 'in', target);
    assert.equal(loaded.code, 3, loaded.stderr);
    const refused = deadLetters(loaded).filter(({ kind }) => kind === 'document').length;
    assert.ok(refused > 100 && refused < logs.count, `${refused} refused`);
    assert.equal((await verify(target)).code, 0, 'what the ledger says is there');
    // As it was: all are refused again, which stops it where there are many; no letter is lost.
    const still = await call('retry', target, ['--max-rejects', '1M']);
    assert.deepEqual([still.code, still.last.documents.refused], [3, refused], still.stderr);
    const stopped = await call('retry', target, ['--max-rejects', '10']);
    assert.equal(stopped.code, 5);
    assert.match(stopped.stderr, /more than --max-rejects 10; the last: .*source\.port/);
    const dry = await call('retry', target, ['--dry-run']);
    assert.deepEqual([dry.code, dry.last.documents], [0, refused]);

    await template('long');
    await client.rollover(stream);
    const { code, last, stderr } = await call('retry', target, []);
    assert.deepEqual([code, last.documents.created, last.documents.refused], [0, refused, 0], stderr);
    await assertEachOnce(client, stream, logs);
    const after = await verify(target, '--deep', '30');
    assert.deepEqual([after.code, after.found.totals.deadLetters, after.found.doubts], [0, 2, []], after.stderr);
  });
}
