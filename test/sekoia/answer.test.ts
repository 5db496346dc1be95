import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countEventIds, intakeStopError, intakeVerdict } from '../../src/sekoia/answer.ts';

test('ids of an answer are counted, whatever stands beside them', () => {
  const answers = [
    ['{"event_ids":[]}', 0],
    ['{"event_ids":["a"]}', 1],
    [' { "took" : {"n":[1,2]}, "event_ids" : [ "a\\"b" , "c" ] } \n', 2],
    [JSON.stringify({ event_ids: Array(1000).fill('2bd7a5f4-0f0e-4c5e-9d6a-0a1b2c3d4e5f') }), 1000],
  ] as const;
  for (const [text, count] of answers) assert.equal(countEventIds(Buffer.from(text)), count, text);
});

test('what is no such answer is told from none', () => {
  const wrong = [
    '',
    '{}',
    'null',
    '[]',
    '"event_ids"',
    '{"event_ids":null}',
    '{"event_ids":[1]}',
    '{"event_ids":["a"]',
  ];
  for (const text of [...wrong, '{"event_ids":["a"]}x', '{"event_ids":["a",]}', '<html>OK</html>', '{"error":"x"}']) {
    assert.equal(countEventIds(Buffer.from(text)), null, text);
  }
});

test('statuses mean what Sekoia’s own clients take them for', () => {
  const verdicts = [200, 201, 202, 400, 401, 403, 404, 408, 413, 422, 429, 500, 502, 503, 504, 301].map(intakeVerdict);
  assert.deepEqual(verdicts, [
    ...['answered', 'answered', 'answered', 'unclear', 'stop', 'stop', 'stop', 'doubtful', 'too large', 'unclear'],
    ...['again', 'doubtful', 'doubtful', 'doubtful', 'doubtful', 'stop'],
  ]);
  assert.equal(intakeStopError(403, 'no', 'https://i').code, 'E_SINK_DENIED');
  assert.equal(intakeStopError(404, '', 'https://i').code, 'E_SINK_REFUSED');
  assert.match(intakeStopError(302, '', 'https://i').message, /points elsewhere/);
});
