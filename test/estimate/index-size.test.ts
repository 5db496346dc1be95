import assert from 'node:assert/strict';
import { test } from 'node:test';
import { indexSize, storedFacts } from '../../src/estimate/index-size.ts';
import { parseIndexName } from '../../src/formats/index-name.ts';
import { noHandler, refusal, type ScriptedAnswer, scripted } from '../cluster/scripted.ts';
import { NEVER } from '../sources/read.ts';

const exactly = (expected: number) => ({ expected, low: expected, high: expected });

test('documents as large as the measured ones take what was measured; larger ones more', () => {
  const { standardBytes, leanBytes, byTarget } = indexSize(exactly(1_000), exactly(1_280_000), null);
  assert.deepEqual([standardBytes, leanBytes, byTarget], [282_000, 222_000, null]);
  assert.equal(indexSize(exactly(1_000), exactly(2_560_000), null).standardBytes, 564_000);
});

test('what the target holds goes before what was measured', () => {
  const stored = { documents: 50_000, primaryBytesEach: 200, totalBytesEach: 400.5 };
  const { byTarget } = indexSize(exactly(1_000), exactly(1_280_000), stored);
  assert.deepEqual([byTarget?.primaryBytes, byTarget?.totalBytes], [200_000, 400_500]);
});

const stats = (count: number, primary: number, total: number): ScriptedAnswer => [
  200,
  {
    _all: {
      primaries: { docs: { count }, store: { size_in_bytes: primary } },
      total: { store: { size_in_bytes: total } },
    },
  },
];

test('the target is asked once, by the wildcard of its name', async (t) => {
  const { api, calls } = await scripted(t, () => stats(20_000, 4_000_000, 8_000_000));
  assert.deepEqual(await storedFacts(api, parseIndexName('vpcflow-{yyyy.MM}'), NEVER), {
    documents: 20_000,
    primaryBytesEach: 200,
    totalBytesEach: 400,
  });
  assert.deepEqual(
    calls.map(({ method, path }) => `${method} ${path}`),
    ['GET /vpcflow-*/_stats/docs,store'],
  );
});

test('too few documents, no rights, no index and no such request: nothing is known', async (t) => {
  const answers: ScriptedAnswer[] = [
    stats(9_999, 4_000_000, 4_000_000),
    [200, {}],
    refusal(403, 'security_exception', 'action [indices:monitor/stats] is unauthorized'),
    refusal(404, 'index_not_found_exception', 'no such index [vpcflow]'),
    noHandler({ method: 'GET', path: '/vpcflow/_stats', body: undefined }),
  ];
  const { api } = await scripted(t, () => answers.shift()!);
  while (answers.length > 0) assert.equal(await storedFacts(api, parseIndexName('vpcflow'), NEVER), null);
});
