import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makePlan, type PlanRequest } from '../../src/estimate/plan.ts';
import { planAsText } from '../../src/estimate/plan-text.ts';
import { pricesOf } from '../../src/estimate/prices.ts';
import { DEFAULT_DOCUMENTS } from '../../src/formats/document.ts';
import { geoImage } from '../../src/geo/build.ts';
import { parseDay } from '../../src/plan/dates.ts';
import type { Listed, Source, SourceObject } from '../../src/sources/source.ts';
import { memoryObject } from '../plan/memory-lister.ts';
import { logText } from '../run/records.ts';
import { NEVER } from '../sources/read.ts';

const TEXT = Buffer.from(logText(20));

/** A source whose objects all have the same text; `keys` have been opened. */
function sourceOf(keys: string[] = []): Source {
  return {
    list: () => assert.fail('the listing is given'),
    async *open({ key }: SourceObject) {
      keys.push(key);
      yield TEXT;
    },
    complete: async (object) => object,
    bucketRegion: async () => 'us-east-1',
    async close() {},
  };
}

const geo = await geoImage({ city: [], asn: [] });

async function* stream(listed: Iterable<Listed>): AsyncGenerator<Listed> {
  yield* listed;
}

function requestOf(listed: AsyncIterable<Listed>, more: Partial<PlanRequest> = {}): PlanRequest {
  return {
    source: sourceOf(),
    spec: { kind: 's3', bucket: 'b', prefix: '', aws: {} },
    bucketRegion: 'us-east-1',
    listed,
    selection: {},
    fromList: null,
    isDone: () => false,
    onListed: () => {},
    onProgress: () => {},
    options: DEFAULT_DOCUMENTS,
    format: null,
    geo,
    samples: 12,
    prices: pricesOf('us-east-1', []),
    workers: 2,
    rate: undefined,
    into: { kind: 'nothing' },
    nowMs: Date.UTC(2025, 5, 1),
    ...more,
  };
}

const keyOf = (day: string, i: number, account = '111111111111', region = 'eu-west-1') =>
  `AWSLogs/${account}/vpcflowlogs/${region}/${day.replaceAll('-', '/')}/${account}-${i}.log`;

/** Ten objects on each of these days of 2025. */
const january = (days: readonly number[]): SourceObject[] =>
  days.flatMap((day) =>
    Array.from({ length: 10 }, (_, i) =>
      memoryObject(keyOf(new Date(Date.UTC(2025, 0, day)).toISOString().slice(0, 10), i), TEXT.length),
    ),
  );

test('records of all objects are told from a sample of a few', async () => {
  const keys: string[] = [];
  const plan = await makePlan(requestOf(stream(january([1, 2, 3, 5])), { source: sourceOf(keys) }), NEVER);
  assert.equal(keys.length, 12);
  assert.deepEqual([plan.stoppedAt, plan.objects, plan.bytes], [null, 40, 40 * TEXT.length]);
  assert.deepEqual(plan.estimates?.records, { expected: 800, low: 800, high: 800 });
  assert.deepEqual(plan.estimates?.plainBytes.expected, 40 * TEXT.length);
  assert.deepEqual(plan.estimates?.layouts, { v2: 1 });
  assert.deepEqual(plan.gaps, [{ from: '2025-01-04', to: '2025-01-04', days: 1 }]);
  assert.deepEqual(plan.span, { from: '2025-01-01', to: '2025-01-05', days: 5 });
  assert.equal(plan.requests?.get, 40);
  assert.deepEqual(plan.estimates?.times, [{ ratePerSecond: 2_000_000, seconds: 0.0004 }]);
});

test('what is done is left out of sums, sample and plan file, and makes no gap', async () => {
  const told: Listed[] = [];
  const keys: string[] = [];
  const isDone = ({ key }: SourceObject) => key.includes('/02/') || key.endsWith('-0.log');
  const plan = await makePlan(
    requestOf(stream(january([1, 2, 3])), { source: sourceOf(keys), isDone, onListed: (one) => told.push(one) }),
    NEVER,
  );
  assert.deepEqual([plan.objects, plan.done.objects, told.length], [18, 12, 18]);
  assert.deepEqual(plan.gaps, []);
  assert.ok(keys.every((key) => !isDone(memoryObject(key, 1))));
  assert.equal(plan.estimates?.records.expected, 360);
  assert.match(planAsText(plan, 'x'), /^Left out +12 objects already done/m);
  assert.match(planAsText(plan, 'x'), /^2025-01-02 .* 10 done$/m);
});

test('refused objects are counted by their reason and given to the plan file', async () => {
  const [first, second, third, ...rest] = january([1]) as [SourceObject, SourceObject, SourceObject];
  const told: Listed[] = [];
  const listed: Listed[] = [
    { object: first, code: 'E_OBJECT_PARQUET', reason: 'is Parquet' },
    { object: second, code: 'E_OBJECT_PARQUET', reason: 'is Parquet' },
    { object: third, code: 'E_OBJECT_ARCHIVED', reason: 'is archived' },
    ...rest,
  ];
  const request = requestOf(stream(listed), { isDone: () => false, onListed: (one) => told.push(one) });
  const plan = await makePlan(request, NEVER);
  assert.equal(plan.objects, 7);
  assert.deepEqual(plan.refused, {
    E_OBJECT_PARQUET: { objects: 2, bytes: 2 * TEXT.length },
    E_OBJECT_ARCHIVED: { objects: 1, bytes: TEXT.length },
  });
  assert.deepEqual(told, listed);
  assert.match(planAsText(plan, 'x'), /^Not readable 2 Parquet \(.*\), 1 archived \(Glacier\) \(/m);
});

test('objects of the sample that cannot be read are told, and the others count', async () => {
  const { FlowbulkError } = await import('../../src/errors.ts');
  const source: Source = {
    ...sourceOf(),
    async *open({ key }) {
      if (key.endsWith('-3.log')) throw new FlowbulkError('E_OBJECT_DENIED', `${key} may not be read`);
      yield TEXT;
    },
  };
  const plan = await makePlan(requestOf(stream(january([1])), { source }), NEVER);
  assert.equal(plan.samples.length, 9);
  assert.deepEqual(
    plan.failedSamples.map(({ code }) => code),
    ['E_OBJECT_DENIED'],
  );
  assert.equal(plan.estimates?.records.expected, 200);
  assert.match(planAsText(plan, 'x'), /1 could not be read:\n +E_OBJECT_DENIED: …?\S+-3\.log/);
});

test('without a sample there are no estimates, and prices all the same', async () => {
  const plan = await makePlan(requestOf(stream(january([1])), { samples: 0 }), NEVER);
  assert.equal(plan.estimates, null);
  const text = planAsText(plan, 'x');
  assert.match(text, /^day +objects +bytes$/m);
  assert.match(text, /^Requests +about \d+ LIST, 10 GET: less than \$0\.01$/m);
  assert.doesNotMatch(text, /Records|Sample|Time/);
});

test('a listing from a list makes no LIST; bare keys need a HEAD each', async () => {
  const bare = requestOf(stream(january([1])), { fromList: { headsEach: true } });
  assert.deepEqual(await makePlan(bare, NEVER).then(({ requests }) => [requests?.list, requests?.get]), [0, 20]);
  const inventory = requestOf(stream(january([1])), { fromList: { headsEach: false } });
  assert.deepEqual(await makePlan(inventory, NEVER).then(({ requests }) => [requests?.list, requests?.get]), [0, 10]);
});

test('into a cluster times are of documents, at usual rates or the given one', async () => {
  const into = (rate: number | undefined) =>
    requestOf(stream(january([1])), { into: { kind: 'cluster', stored: null }, rate });
  const usual = await makePlan(into(undefined), NEVER);
  assert.deepEqual(
    usual.estimates?.times.map(({ ratePerSecond, seconds }) => [ratePerSecond, seconds]),
    [
      [20_000, 0.01],
      [50_000, 0.004],
    ],
  );
  assert.match(planAsText(usual, 'x'), /^Time +0\.01 s at 20,000 documents\/s$/m);
  const asked = await makePlan(into(100), NEVER);
  assert.deepEqual(asked.estimates?.times, [{ ratePerSecond: 100, seconds: 2 }]);
});

test('a listing that is stopped gives what came until then, without a sample', async () => {
  const stop = new AbortController();
  async function* stopped() {
    for (const [at, object] of january([1, 2]).entries()) {
      if (at === 15) stop.abort(new Error('stopped'));
      stop.signal.throwIfAborted();
      yield object;
    }
  }
  const keys: string[] = [];
  const plan = await makePlan(requestOf(stopped(), { source: sourceOf(keys) }), stop.signal);
  assert.deepEqual([plan.stoppedAt, plan.objects, plan.estimates, keys.length], ['listing', 15, null, 0]);
  assert.match(planAsText(plan, 'x'), /^Stopped +the listing was stopped/m);
});

test('a sample that is stopped, or cannot go on, keeps what is known', async () => {
  const { FlowbulkError } = await import('../../src/errors.ts');
  for (const stopped of [true, false]) {
    const stop = new AbortController();
    let opened = 0;
    const source: Source = {
      ...sourceOf(),
      async *open() {
        if (++opened === 4) {
          if (stopped) stop.abort(new Error('stopped'));
          throw new FlowbulkError('E_SOURCE_UNREACHABLE', 'nobody answers');
        }
        yield TEXT;
      },
    };
    const plan = await makePlan(requestOf(stream(january([1, 2])), { source }), stop.signal);
    assert.deepEqual([opened, plan.samples.length, plan.objects], [4, 3, 20]);
    assert.equal(plan.stoppedAt, stopped ? 'sampling' : null);
    assert.deepEqual(
      plan.failedSamples.map(({ code }) => code),
      stopped ? [] : ['E_SOURCE_UNREACHABLE'],
    );
    assert.equal(plan.estimates?.records.expected, 400);
    assert.equal(/^Stopped +the sample was stopped/m.test(planAsText(plan, 'x')), stopped);
  }
});

test('into files there is no index', async () => {
  const plan = await makePlan(requestOf(stream(january([1])), { into: { kind: 'files' } }), NEVER);
  assert.equal(plan.estimates?.index, null);
  assert.doesNotMatch(planAsText(plan, 'x'), /^Index/m);
});

test('a listing that fails is no plan', async () => {
  async function* failing() {
    yield* january([1]);
    throw new Error('the bucket is gone');
  }
  await assert.rejects(makePlan(requestOf(failing()), NEVER), /the bucket is gone/);
});

/** Two years of many accounts and regions, with gaps of a day, a month, and at the end. */
function* years(): Generator<SourceObject> {
  for (let at = 0; at < 700; at++) {
    const day = new Date(Date.UTC(2023, 0, 1 + at)).toISOString().slice(0, 10);
    if (day === '2023-03-05' || day.startsWith('2024-02') || (at > 400 && at % 40 === 0)) continue;
    for (let i = 0; i < 30; i++) yield memoryObject(keyOf(day, i, String(111111111111 + i), `region-${i}`), 75_000_000);
  }
}

test('a long range is shown by months, many names in short, and no line is wider than 100', async () => {
  const fromDay = parseDay('2022-12-30', '');
  const selection = { fromDay, toDay: parseDay('2025-01-01', '') };
  const plan = await makePlan(
    requestOf(stream(years()), { selection, into: { kind: 'cluster', stored: null } }),
    NEVER,
  );
  const text = planAsText(plan, 'x');
  for (const line of text.split('\n')) assert.ok(line.length <= 100, `${line.length}: ${line}`);
  assert.match(text, /^2022-12 +-- nothing --$/m);
  assert.match(text, /^2023-01 +930 +65\.0 GiB +~\S+$/m);
  assert.match(text, /^2023-03 .* -- nothing on 1 of 31 days --$/m);
  assert.match(text, /^2024-02 +-- nothing --$/m);
  assert.match(text, /^10 more +\d/m);
  assert.match(text, /^Gaps +\d+ days with nothing: 2022-12-30 to 2022-12-31, 2023-03-05,/m);
  assert.match(text, /times more$/m);
  assert.equal(plan.accounts.length, 30);
  assert.equal(
    plan.gaps.reduce((sum, { days }) => sum + days, 0) + plan.days.length,
    plan.span?.days,
    'each day of the span is a gap or has objects',
  );
});

test('nothing to read is said in a line', async () => {
  const plan = await makePlan(requestOf(stream([])), NEVER);
  assert.equal(planAsText(plan, 'Plan of x'), 'Plan of x\n\nNothing to read.\n');
  assert.equal(plan.estimates, null);
});
