import assert from 'node:assert/strict';
import { test } from 'node:test';
import { IntakeEvents } from '../../src/delivery/intake-events.ts';
import { Prng } from '../../src/generate/prng.ts';
import { accountOf } from './sending.ts';

const A = accountOf('a');
const B = accountOf('b');

/** Events `a0 a1 … b5 b6 …`: those of `b` begin with its number 5. */
function eventsOf(ofA: number, ofB: number): IntakeEvents {
  const texts = [
    ...Array.from({ length: ofA }, (_, i) => `a${i} "é"`),
    ...Array.from({ length: ofB }, (_, i) => `b${i + 5}`),
  ];
  const runs = [
    { account: A, documents: ofA, first: 0 },
    { account: B, documents: ofB, first: 5 },
  ];
  return new IntakeEvents(
    Buffer.from(texts.map((text) => `${JSON.stringify(text)}\n`).join('')),
    runs.filter(({ documents }) => documents > 0),
  );
}

const texts = (events: IntakeEvents) =>
  JSON.parse(events.between(Buffer.from('{"jsons":['), Buffer.from(']}')).toString()).jsons as string[];

/** What the runs say that the texts are. */
const named = (events: IntakeEvents) =>
  events.runs.flatMap(({ account, first, documents }) =>
    Array.from({ length: documents }, (_, i) => (account === A ? `a${first + i} "é"` : `b${first + i}`)),
  );

test('a request has them in an array, and the bytes stay as they are', () => {
  const events = eventsOf(2, 1);
  const before = Buffer.from(events.bytes);
  assert.equal(
    events.between(Buffer.from('{"intake_key":"k","jsons":['), Buffer.from(']}')).toString(),
    '{"intake_key":"k","jsons":["a0 \\"é\\"","a1 \\"é\\"","b5"]}',
  );
  assert.ok(events.bytes.equals(before));
  assert.deepEqual([events.text(0), events.text(2)], ['a0 "é"', 'b5']);
});

test('cut anywhere, both parts know their events', () => {
  for (let at = 1; at < 7; at++) {
    const [first, others] = eventsOf(3, 4).cut(at);
    assert.deepEqual([first.count, others.count], [at, 7 - at]);
    for (const part of [first, others]) assert.deepEqual(texts(part), named(part));
    assert.deepEqual([...texts(first), ...texts(others)], texts(eventsOf(3, 4)));
  }
});

test('what is dropped is gone, and the others keep their numbers', () => {
  for (let seed = 1; seed <= 30; seed++) {
    const prng = new Prng(seed, 0);
    const events = eventsOf(prng.between(1, 20), prng.between(0, 20));
    const all = texts(events);
    const isKept = all.map(() => prng.uniform() < 0.6);
    isKept[0] = true;
    let asked = 0;
    events.drop((run, number) => {
      const i = asked++;
      assert.equal(all[i]?.slice(0, 3).trim(), `${run.account === A ? 'a' : 'b'}${number}`);
      return !isKept[i];
    });
    const expected = all.filter((_, i) => isKept[i]);
    assert.deepEqual(
      [texts(events), named(events), events.count],
      [expected, expected, expected.length],
      `seed ${seed}`,
    );
  }
});

test('all may be dropped', () => {
  const events = eventsOf(2, 2);
  events.drop(() => true);
  assert.deepEqual([events.count, events.bytes.length, events.runs.length], [0, 0, 0]);
});
