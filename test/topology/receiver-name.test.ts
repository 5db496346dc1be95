import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isReceiver, parseReceiver } from '../../src/topology/receiver-name.ts';

test('bases of receivers', () => {
  assert.equal(parseReceiver('stackstate://host:7077'), 'https://host:7077');
  assert.equal(parseReceiver('stackstate://host:7077/'), 'https://host:7077');
  assert.equal(parseReceiver('stackstate://host/receiver'), 'https://host/receiver');
  assert.equal(parseReceiver('stackstate://host/a/receiver/'), 'https://host/a/receiver');
  assert.equal(parseReceiver('stackstate://host:7077/stsAgent/intake'), 'https://host:7077');
  assert.equal(parseReceiver('stackstate+http://127.0.0.1:7077'), 'http://127.0.0.1:7077');
  assert.equal(parseReceiver('STACKSTATE+HTTPS://Host:7077'), 'https://host:7077');
});

test('what is no receiver', () => {
  assert.ok(!isReceiver('https://host:7077'));
  assert.ok(!isReceiver('stackstate.log'));
  for (const text of ['stackstate://', 'stackstate:///receiver', 'stackstate://host:port']) {
    assert.throws(() => parseReceiver(text), { code: 'E_USAGE' }, text);
  }
  for (const text of [
    'stackstate://host:7077/?api_key=SECRET',
    'stackstate://u:SECRET@host',
    'stackstate://host#SECRET',
  ]) {
    assert.throws(
      () => parseReceiver(text),
      (error: Error) => /--api-key-file/.test(error.message) && !/SECRET/.test(error.message),
    );
  }
});
