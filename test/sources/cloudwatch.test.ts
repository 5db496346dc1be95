import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { readEventLine } from '../../src/formats/log-event.ts';
import { sharedPace } from '../../src/sources/call-pace.ts';
import { CloudWatchSource, type CloudWatchSpec } from '../../src/sources/cloudwatch.ts';
import { parseLogGroup } from '../../src/sources/log-group.ts';
import { rangeOf } from '../../src/sources/log-windows.ts';
import type { Selection, SourceObject } from '../../src/sources/source.ts';
import { startLogServer } from './log-server.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const NOON = Date.UTC(2025, 0, 31, 12);
const TODAY = Math.floor(NOON / DAY);

process.env['AWS_ACCESS_KEY_ID'] = 'testkey';
process.env['AWS_SECRET_ACCESS_KEY'] = 'testsecret123';

const server = await startLogServer();
after(() => server.stop());
const never = new AbortController().signal;

function sourceOf(text: string, more: Partial<CloudWatchSpec> = {}, now: () => number = () => NOON) {
  const spec: CloudWatchSpec = {
    kind: 'cloudwatch',
    group: parseLogGroup(text),
    aws: { endpointUrl: server.endpointUrl, region: 'eu-west-1' },
    streams: {},
    linkedAccounts: false,
    latencyMs: 20 * MINUTE,
    pace: { callsPerSecond: 1_000, windows: null },
    followMs: null,
    asksFormats: false,
    shared: sharedPace(),
    ...more,
  };
  return new CloudWatchSource(spec, () => {}, now);
}

async function listed(source: CloudWatchSource, selection: Selection, known: readonly SourceObject[] = []) {
  const versions = new Set(known.map(({ key, etag }) => `${key} ${etag}`));
  const found: SourceObject[] = [];
  for await (const item of source.list(selection, never, ({ key, etag }) => versions.has(`${key} ${etag}`))) {
    found.push(item as SourceObject);
  }
  await source.close();
  return found;
}

const clocks = (objects: readonly SourceObject[]) =>
  objects.map((object) => {
    const { fromMs, toMs } = rangeOf(object);
    return `${object.bucket} ${new Date(fromMs).toISOString().slice(5, 16)} ${(toMs - fromMs) / MINUTE}`;
  });

test('the hours of the days asked for, up to what can be expected to be there', async () => {
  const found = await listed(sourceOf('cloudwatch://g'), { fromDay: TODAY - 1, toDay: TODAY });
  assert.equal(found.length, 24 + 12);
  assert.deepEqual(clocks([found[0]!, found[23]!, found.at(-1)!]), [
    'g 01-30T00:00 60',
    'g 01-30T23:00 60',
    'g 01-31T11:00 40',
  ]);
  assert.equal((await listed(sourceOf('cloudwatch://g'), { fromDay: TODAY - 3, toDay: TODAY - 2 })).length, 48);
  assert.equal((await listed(sourceOf('cloudwatch://g'), { fromDay: TODAY + 1 })).length, 0);
});

test('a later run has the same windows, the open one cut where it was read up to', async () => {
  const first = await listed(sourceOf('cloudwatch://g'), { fromDay: TODAY });
  const later = sourceOf('cloudwatch://g', {}, () => NOON + 45 * MINUTE);
  const second = await listed(later, { fromDay: TODAY }, first);
  assert.deepEqual(second.slice(0, first.length), first);
  assert.deepEqual(clocks(second.slice(first.length)), ['g 01-31T11:40 20', 'g 01-31T12:00 25']);
  const covered = second.map(rangeOf);
  for (const [i, { fromMs }] of covered.entries()) if (i > 0) assert.equal(fromMs, covered[i - 1]?.toMs);
});

test('without a first day a group is read from its beginning, or from what is kept of it', async () => {
  server.groups.splice(0);
  server.groups.push({
    logGroupName: '/a',
    arn: 'arn:aws:logs:eu-west-1:1:log-group:/a:*',
    creationTime: NOON - 2 * HOUR,
  });
  server.groups.push({
    logGroupName: '/a/kept',
    arn: 'arn:aws:logs:eu-west-1:1:log-group:/a/kept:*',
    creationTime: NOON - 100 * DAY,
    retentionInDays: 1,
  });
  const one = await listed(sourceOf('cloudwatch:///a'), {});
  assert.equal(rangeOf(one[0]!).fromMs, NOON - 2 * HOUR - 14 * DAY);
  assert.deepEqual(new Set(one.map(({ bucket }) => bucket)), new Set(['/a']));
  const kept = await listed(sourceOf('cloudwatch:///a/k*'), {});
  assert.deepEqual(clocks(kept)[0], '/a/kept 01-30T12:00 60');
  await assert.rejects(listed(sourceOf('cloudwatch:///none'), {}), { code: 'E_SOURCE_MISSING' });
  assert.deepEqual(await listed(sourceOf('cloudwatch:///none*'), {}), []);
});

test('groups of linked accounts are asked for by ARN, and those of one name kept apart', async () => {
  server.groups.splice(0);
  for (const account of ['111111111111', '222222222222']) {
    const arn = `arn:aws:logs:eu-west-1:${account}:log-group:/vpc`;
    server.groups.push({ logGroupName: '/vpc', arn: `${arn}:*`, logGroupArn: arn, creationTime: 0 });
  }
  const found = await listed(sourceOf('cloudwatch:///vpc*', { linkedAccounts: true }), { fromDay: TODAY });
  assert.equal(new Set(found.map(({ key }) => key)).size, found.length);
  assert.equal(found[0]?.bucket, 'arn:aws:logs:eu-west-1:111111111111:log-group:/vpc');
  assert.equal(found[1]?.key, '222222222222//vpc/2025/01/31/0000');
});

test('following goes on where it was, sees new groups, and ends when it is told to', async () => {
  server.groups.splice(0);
  const group = (logGroupName: string) => ({
    logGroupName,
    arn: `arn:aws:logs:eu-west-1:1:log-group:${logGroupName}:*`,
    creationTime: NOON,
  });
  server.groups.push(group('/f/a'));
  let nowMs = NOON + 30 * MINUTE;
  const stop = new AbortController();
  const source = sourceOf('cloudwatch:///f/*', { followMs: 5 }, () => nowMs);
  const found: SourceObject[] = [];
  for await (const item of source.list({ fromDay: TODAY }, stop.signal)) {
    found.push(item as SourceObject);
    if (found.length === 13) nowMs = NOON + 41 * MINUTE + 30_000;
    if (found.length === 14) {
      server.groups.push(group('/f/b'));
      nowMs = NOON + 85 * MINUTE;
    }
    if (found.length === 14 + 2 + 14) break;
  }
  assert.deepEqual(clocks(found.filter(({ bucket }) => bucket === '/f/a')).slice(12), [
    '/f/a 01-31T12:00 10',
    '/f/a 01-31T12:10 11',
    '/f/a 01-31T12:21 39',
    '/f/a 01-31T13:00 5',
  ]);
  assert.equal(found.filter(({ bucket }) => bucket === '/f/b').length, 14);
  await source.close();

  const waiting = sourceOf('cloudwatch:///f/*', { followMs: 60_000 });
  const seen: unknown[] = [];
  const end = (async () => {
    for await (const item of waiting.list({ fromDay: TODAY, toDay: TODAY + 9 }, stop.signal)) seen.push(item);
  })();
  while (seen.length < 24) await new Promise((resolve) => setImmediate(resolve));
  await waiting.close();
  await end;
});

test('an event at the very millisecond between two windows is read once, whatever the server takes an end for', async () => {
  const times = [NOON - HOUR - 1, NOON - HOUR, NOON - HOUR + 1];
  const events = times.map((timestamp, i) => ({ timestamp, message: `m${i}`, eventId: `${i}` }));
  for (const isEndInclusive of [true, false]) {
    const own = await startLogServer(isEndInclusive);
    own.events.set('g', events);
    const source = sourceOf('cloudwatch://g', { aws: { endpointUrl: own.endpointUrl, region: 'eu-west-1' } });
    const read: string[][] = [];
    for await (const item of source.list({ fromDay: TODAY }, never)) {
      const chunks: Uint8Array[] = [];
      for await (const chunk of source.open(item as SourceObject, 0, never)) chunks.push(chunk);
      const lines = Buffer.concat(chunks).toString().split('\n').slice(0, -1);
      if (lines.length > 0) read.push(lines.map((line) => readEventLine(line).id));
    }
    assert.deepEqual(read, [['0'], ['1', '2']]);
    await source.close();
    await own.stop();
  }
});

test('a window to be read again keeps its range', async () => {
  const source = sourceOf('cloudwatch://g', { streams: { prefix: 'eni-' } });
  const [object] = await listed(source, { fromDay: TODAY });
  const again = await source.complete({ ...object!, etag: null, size: -1, lastModifiedMs: 0 });
  assert.deepEqual(again, object);
});
