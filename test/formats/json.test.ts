import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newObject, setPath, toJson } from '../../src/formats/json.ts';

test('keys are sorted by code unit at every depth', () => {
  assert.equal(
    toJson({ b: 1, a: { d: [], c: {} }, B: 2, 10: 3, 9: 4, _: 5 }),
    '{"10":3,"9":4,"B":2,"_":5,"a":{"c":{},"d":[]},"b":1}',
  );
});

test('values as JSON has them, integers of any size exact', () => {
  assert.equal(toJson(9_223_372_036_854_775_807n), '9223372036854775807');
  assert.equal(toJson([1, 'a', true, null, 2n, 0.5]), '[1,"a",true,null,2,0.5]');
  assert.equal(toJson('"\\\u0000\u001f\u007f\u2028\ud800é'), '"\\"\\\\\\u0000\\u001f\u007f\u2028\\ud800é"');
});

test('objects are made on the way, under any name', () => {
  const object = newObject();
  setPath(object, 'a.b', 1);
  setPath(object, 'a.c.d', 2);
  setPath(object, 'a.b', 3);
  setPath(object, '__proto__.constructor', 4);
  assert.equal(toJson(object as never), '{"__proto__":{"constructor":4},"a":{"b":3,"c":{"d":2}}}');
  assert.equal(({} as { constructor: unknown }).constructor, Object);
});
