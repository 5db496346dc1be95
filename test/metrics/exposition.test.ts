import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exposition } from '../../src/metrics/exposition.ts';
import { readMetrics } from './prometheus.ts';

test('labels and help are escaped, empty metrics left out, numbers plain', () => {
  const odd = 'a "b" \\ c\nd {e="f",} ü';
  const text = exposition(
    [
      { name: 'x_total', type: 'counter', help: 'back\\slash and\nnewline', samples: [{ value: 2 ** 53 - 1 }] },
      {
        name: 'y',
        type: 'gauge',
        help: 'Y.',
        samples: [{ labels: { of: odd }, value: 1_700_000_000.25 }, { value: 0 }],
      },
      { name: 'z', type: 'gauge', help: 'Z.', samples: [] },
    ],
    { job: odd },
  );
  const read = readMetrics(text);
  assert.deepEqual([...read.keys()], ['x_total', 'y']);
  assert.equal(read.get('x_total')?.help, 'back\\slash and\nnewline');
  assert.deepEqual(read.get('x_total')?.samples, [{ labels: { job: odd }, value: 9_007_199_254_740_991 }]);
  assert.deepEqual(read.get('y')?.samples[0], { labels: { job: odd, of: odd }, value: 1_700_000_000.25 });
});
