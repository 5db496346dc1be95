import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { isIP } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { LAYOUTS } from '../../src/formats/layouts.ts';
import { columnsOf } from '../../src/generate/columns.ts';
import { type GenerateOptions, generateLogs } from '../../src/generate/generate.ts';

const FOLDER = mkdtempSync(path.join(tmpdir(), 'flowbulk-generate-'));
after(() => rmSync(FOLDER, { recursive: true, force: true }));

const DAY = Date.UTC(2025, 0, 30) / 86_400_000;
let made = 0;

/** Generates into a folder of its own and gives the files: key and bytes, in order of keys. */
async function generated(options: Partial<GenerateOptions> = {}): Promise<[key: string, bytes: Buffer][]> {
  const folder = path.join(FOLDER, String(made++));
  const defaults = { records: 1000, objects: 2, seed: 1, fromDay: DAY, toDay: DAY, addresses: 'zipf' } as const;
  const { signal } = new AbortController();
  await generateLogs({ folder, columns: columnsOf('v2'), ...defaults, ...options }, signal);
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort()
    .map((file) => [path.relative(folder, file), readFileSync(file)]);
}

const linesOf = (bytes: Buffer) => gunzipSync(bytes).toString().trimEnd().split('\n');
const hashOf = (files: [string, Buffer][]) =>
  files.map(([key, bytes]) => [key, createHash('sha256').update(bytes).digest('hex')]);

test('the same seed gives the same files, another seed gives others', async () => {
  const first = hashOf(await generated());
  assert.deepEqual(hashOf(await generated()), first);
  const other = hashOf(await generated({ seed: 2 }));
  assert.ok(other.every(([key, hash], at) => key !== first[at]?.[0] && hash !== first[at]?.[1]));
});

test('every layout has its header and that many tokens in each line', async () => {
  for (const [layout, columns] of Object.entries(LAYOUTS)) {
    for (const [, bytes] of await generated({ columns: columnsOf(layout), records: 600 })) {
      const [header, ...records] = linesOf(bytes);
      assert.equal(header, columns.join(' '));
      assert.equal(records.length, 300);
      for (const line of records) assert.equal(line.split(' ').length, columns.length, `${layout}: ${line}`);
    }
  }
});

test('the version column is the highest version of the columns', async () => {
  for (const [layout, version] of [
    ['v2', '2'],
    ['v5', '5'],
    ['v11', '11'],
    ['tgw', '6'],
    ['version srcaddr vpc-id', '3'],
  ] as const) {
    const [, bytes] = (await generated({ columns: columnsOf(layout), records: 20 }))[0]!;
    assert.ok(
      linesOf(bytes)
        .slice(1)
        .every((line) => line.startsWith(`${version} `)),
      layout,
    );
  }
});

test('a layout of own names, known and unknown, AWS’s way of writing included', async () => {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: AWS writes formats like that
  const columns = columnsOf('${dstaddr} ${pkt_src_service} ${x_mine} ${end}');
  assert.deepEqual(columns, ['dstaddr', 'pkt_src_service', 'x_mine', 'end']);
  const [, bytes] = (await generated({ columns, records: 20 }))[0]!;
  for (const line of linesOf(bytes).slice(1)) assert.match(line, /^\S+ \S+ [a-z-]+ \d{10}$/);
});

test('keys are AWS’s, spread over the days, and records end within five minutes of the time in theirs', async () => {
  const files = await generated({ objects: 6, records: 600, fromDay: DAY, toDay: DAY + 2 });
  const days = files.map(([key, bytes]) => {
    const match =
      /^AWSLogs\/(\d{12})\/vpcflowlogs\/(us-east-1)\/(\d{4}\/\d\d\/\d\d)\/\1_vpcflowlogs_\2_fl-0[0-9a-f]{16}_(\d{8})T(\d{4})Z_[0-9a-f]{8}\.log\.gz$/.exec(
        key,
      );
    assert.ok(match, key);
    const [, , , day = '', date = '', time = ''] = match;
    assert.equal(day.replaceAll('/', ''), date);
    const begin = Date.parse(`${day.replaceAll('/', '-')}T${time.slice(0, 2)}:${time.slice(2)}:00Z`) / 1000;
    for (const line of linesOf(bytes).slice(1)) {
      const [start, end] = line.split(' ').slice(10, 12).map(Number);
      assert.ok(end! >= begin && end! < begin + 300 && start! < end! && start! >= end! - 60, line);
    }
    return day;
  });
  assert.deepEqual([...new Set(days)], ['2025/01/30', '2025/01/31', '2025/02/01']);
});

/** Ends that are not of the account's own networks. */
const isPublicPeer = (address: string) => isIP(address) !== 0 && !/^(10\.|172\.31\.|2600:1f18:)/.test(address);

test('the shares are those of the bench set', async () => {
  const files = await generated({ records: 60_000, objects: 1 });
  const rows = linesOf(files[0]![1])
    .slice(1)
    .map((line) => line.split(' '));
  const share = (is: (row: string[]) => boolean) => rows.filter(is).length / rows.length;
  const near = (actual: number, expected: number, by: number) =>
    assert.ok(Math.abs(actual - expected) < by, `${actual} is not ${expected}`);
  near(
    share((row) => row[13] !== 'OK'),
    0.01,
    0.002,
  );
  near(
    share((row) => row[3]!.includes(':')),
    0.05,
    0.005,
  );
  near(
    share((row) => isPublicPeer(row[3]!) || isPublicPeer(row[4]!)),
    0.45,
    0.015,
  );
  near(
    share((row) => row[12] === 'REJECT'),
    0.11,
    0.01,
  );
  near(
    share((row) => row[7] === '6'),
    0.81,
    0.02,
  );
  near(gunzipSync(files[0]![1]).length / rows.length, 118, 2);
  assert.ok(rows.filter((row) => row[13] !== 'OK').every((row) => row.slice(3, 10).join('') === '-------'));
});

test('uniform addresses hardly ever come back; Zipf’s do', async () => {
  const distinct = async (addresses: 'zipf' | 'uniform') => {
    const [, bytes] = (await generated({ addresses, records: 5000, objects: 1 }))[0]!;
    const ends = linesOf(bytes).flatMap((line) => line.split(' ').slice(3, 5));
    return new Set(ends.filter(isPublicPeer)).size;
  };
  assert.ok((await distinct('uniform')) > 1.3 * (await distinct('zipf')));
});

test('nothing but a header where there are no records, and records spread to the last one', async () => {
  const empty = await generated({ records: 0, objects: 1 });
  assert.deepEqual(
    empty.map(([, bytes]) => linesOf(bytes).length),
    [1],
  );
  const odd = await generated({ records: 7, objects: 3 });
  assert.deepEqual(
    odd.map(([, bytes]) => linesOf(bytes).length - 1),
    [3, 2, 2],
  );
});

test('a folder that cannot be made is refused with a code of ours', async () => {
  const file = path.join(FOLDER, 'a-file');
  const { writeFileSync } = await import('node:fs');
  writeFileSync(file, '');
  const options = { folder: file, columns: columnsOf('v2'), records: 1, objects: 1, seed: 1, fromDay: DAY, toDay: DAY };
  await assert.rejects(generateLogs({ ...options, addresses: 'zipf' }, new AbortController().signal), {
    code: 'E_SINK_UNWRITABLE',
  });
});
