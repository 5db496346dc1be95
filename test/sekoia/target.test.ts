import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isIntake, parseIntake } from '../../src/sekoia/target.ts';

test('the base path is kept, slashes at the end are not', () => {
  const addresses = [
    ['sekoia://intake.sekoia.io', 'https://intake.sekoia.io'],
    ['sekoia://intake.sekoia.io/', 'https://intake.sekoia.io'],
    ['SEKOIA://Intake.fra2.sekoia.io/api/v1/intake-http/', 'https://intake.fra2.sekoia.io/api/v1/intake-http'],
    ['sekoia+http://127.0.0.1:8080/a', 'http://127.0.0.1:8080/a'],
    ['sekoia://[::1]:8443', 'https://[::1]:8443'],
  ] as const;
  for (const [text, url] of addresses) {
    assert.ok(isIntake(text));
    const target = parseIntake(text);
    assert.equal(target.url, url);
    assert.deepEqual(parseIntake(target.text), target, 'its text is read as the same');
  }
});

test('what is no address is refused, and secrets are not repeated', () => {
  for (const text of [
    'sekoia://',
    'sekoia:///batch',
    'sekoia://a b',
    'sekoia://a,b',
    'sekoia://a:x',
    'sekoia://h/batch',
  ]) {
    assert.throws(() => parseIntake(text), { code: 'E_USAGE' }, text);
  }
  for (const text of ['sekoia://geheim@h', 'sekoia://h?intake_key=geheim', 'sekoia://h#geheim']) {
    assert.throws(
      () => parseIntake(text),
      (error: Error) => !error.message.includes('geheim'),
    );
  }
  assert.ok(!isIntake('https://intake.sekoia.io'));
});
